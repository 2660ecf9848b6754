/** Pages that say why there is no report to show: in the look of the screen, without a script. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SiteProgress } from '../../platform/queues.ts';
import { escapeHtml, page } from '../page.ts';

type Language = 'id' | 'en';

const words = {
  id: {
    building: 'Situs laporan sedang dibangun',
    soon: 'Halaman ini memuat ulang sendiri dan terbuka begitu terbitan pertama siap. Layar ringkasan sudah dapat dipakai.',
    steps: {
      waiting: 'Menunggu data pertama selesai dirangkum',
      linking: 'Menyiapkan terbitan',
      narrative: 'Menyusun halaman naratif',
      pages: 'Menulis halaman satuan',
      checking: 'Memeriksa tautan, isi, dan angka',
      publishing: 'Menerbitkan',
    },
    queued: 'Menunggu giliran',
    trouble: 'Pembangunan terakhir gagal. Pengelola sistem sudah diberi tahu, dan akan dicoba lagi.',
    left: (seconds: number) =>
      seconds < 90 ? `kira-kira ${seconds} detik lagi` : `kira-kira ${Math.ceil(seconds / 60)} menit lagi`,
    off: 'Situs laporan tidak dibangun di sini',
    offWhy: 'Pengelola sistem mematikannya (SITE=off). Semua angka ada di layar ringkasan.',
    forbidden: 'Halaman ini di luar cakupan Anda',
    forbiddenWhy: 'Anda membaca laporan unit Anda sendiri. Bila seharusnya lebih, minta pada pengelola akun Anda.',
    today: 'Peran Anda melihat hari ini saja',
    todayWhy: 'Laporan memuat hari-hari yang lalu. Angka hari ini ada di layar ringkasan.',
    missing: 'Halaman ini tidak ada',
    missingWhy: 'Alamatnya keliru, atau unitnya tidak ada lagi.',
    noNarrative: 'Halaman naratif belum dibangun; halaman satuan sudah ada.',
    away: 'Laporan tidak dapat dibuka sekarang',
    awayWhy: 'Gudang data tidak menjawab, jadi cakupan Anda tidak dapat dipastikan. Muat ulang beberapa saat lagi.',
    home: 'Ke laporan saya',
    screen: 'Ke layar ringkasan',
  },
  en: {
    building: 'The report site is being built',
    soon: 'This page loads anew by itself and opens as soon as the first release is there. The live screen can be used already.',
    steps: {
      waiting: 'Waiting until the first data are rolled up',
      linking: 'Preparing the release',
      narrative: 'Making the narrative pages',
      pages: "Writing the units' pages",
      checking: 'Checking links, contents and numbers',
      publishing: 'Publishing',
    },
    queued: 'Waiting for its turn',
    trouble: 'The last build failed. Operators have been told, and it will be tried again.',
    left: (seconds: number) =>
      seconds < 90 ? `about ${seconds} seconds left` : `about ${Math.ceil(seconds / 60)} minutes left`,
    off: 'The report site is not built here',
    offWhy: 'The operator has switched it off (SITE=off). All figures are on the live screen.',
    forbidden: 'This page is outside your scope',
    forbiddenWhy: 'You read the reports of your own units. If it should be more, ask whoever manages your account.',
    today: 'Your role sees today only',
    todayWhy: "Reports tell of days gone by. Today's figures are on the live screen.",
    missing: 'There is no such page',
    missingWhy: 'The address is wrong, or the unit is no longer there.',
    noNarrative: "The narrative pages are not built yet; the units' pages are there.",
    away: 'The report cannot be opened now',
    awayWhy: 'The warehouse does not answer, so your scope cannot be made sure of. Load again in a moment.',
    home: 'To my report',
    screen: 'To the live screen',
  },
} as const;

export type Reason = 'off' | 'forbidden' | 'today' | 'missing' | 'away';

export function createSitePages(folder: string) {
  const file = join(folder, 'dictionary.html');
  const frame = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  const made = (title: string, body: string, language: Language, again = '') => {
    if (frame === undefined) return page(title, body, language).replace('</head>', `${again}</head>`);
    const parts: Record<string, string> = {
      TITLE: escapeHtml(title),
      CONTENT: `<main><h1>${escapeHtml(title)}</h1>${body}</main>`,
    };
    const filled = frame.replaceAll(/%([A-Z]+)%/g, (_all, name: string) => parts[name] ?? '');
    return filled.replace('<html lang="id">', `<html lang="${language}">`).replace('</head>', `${again}</head>`);
  };
  return {
    building(language: Language, progress: SiteProgress | undefined, failed: boolean): string {
      const say = words[language];
      const step = progress ? say.steps[progress.step] : failed ? say.trouble : say.queued;
      const share =
        progress && progress.total > 0
          ? `<p><progress max="${progress.total}" value="${progress.done}" aria-label="${escapeHtml(step)}"></progress> ${progress.done} / ${progress.total}</p>`
          : '';
      const left = progress?.etaSeconds == null ? '' : `, ${say.left(progress.etaSeconds)}`;
      const body = `<p role="status">${escapeHtml(step)}${left}.</p>${share}<p>${say.soon}</p><p><a href="/">${say.screen}</a></p>`;
      return made(say.building, body, language, '<meta http-equiv="refresh" content="5">');
    },
    reason(language: Language, reason: Reason, narrativeMissing = false): string {
      const say = words[language];
      const why = narrativeMissing ? say.noNarrative : say[`${reason}Why`];
      const home = reason === 'off' || reason === 'today' ? '' : `<a href="/reports/">${say.home}</a> · `;
      return made(say[reason], `<p>${why}</p><p>${home}<a href="/">${say.screen}</a></p>`, language);
    },
  };
}
