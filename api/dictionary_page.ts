/**
 * The data dictionary as a page: every number in words, with its target, formula and lineage, under an anchor of its id so that
 * screens and files can link to it. It holds definitions and no figures, so whoever reads a number anywhere may read it.
 * Invariant: whatever is not markup of this file is escaped.
 */
import type { Entry } from '../warehouse/dictionary.ts';
import { formatLimits, formatShort, type Language, units } from '../warehouse/kpis/format.ts';
import type { TargetRow } from '../warehouse/queries/targets.ts';

type Words = Record<Language, string>;

const text = {
  title: { id: 'Kamus data', en: 'Data dictionary' },
  lead: {
    id: 'Setiap angka yang diterbitkan Lumbung: artinya, cara menghitungnya, dan dari kolom mana asalnya.',
    en: 'Every number Lumbung publishes: what it means, how it is computed, and from which columns.',
  },
  rules: { id: 'Pemeriksaan data', en: 'Validation rules' },
  contents: { id: 'Daftar isi', en: 'Contents' },
  live: { id: 'Layar langsung', en: 'Live screen' },
  other: { id: 'In English', en: 'Dalam bahasa Indonesia' },
  unit: { id: 'Satuan', en: 'Unit' },
  written: { id: 'ditulis', en: 'written' },
  direction: { id: 'Arah', en: 'Direction' },
  target: { id: 'Target', en: 'Target' },
  cap: { id: 'Batas', en: 'Cap' },
  noTarget: { id: 'tanpa target', en: 'no target' },
  since: { id: 'sejak', en: 'since' },
  small: { id: 'porsi kecil', en: 'small portion' },
  large: { id: 'porsi besar', en: 'large portion' },
  period: { id: 'Periode terkecil', en: 'Finest period' },
  together: { id: 'Digabung sebagai', en: 'Added up as' },
  split: { id: 'Dirinci menurut', en: 'Split by' },
  minimum: { id: 'Ditampilkan mulai', en: 'Shown from' },
  observations: { id: 'pengamatan', en: 'observations' },
  owner: { id: 'Penanggung jawab', en: 'Owner' },
  origin: { id: 'Asal definisi', en: 'Defined by' },
  ministry: { id: 'definisi resmi program', en: "the programme's published definitions" },
  ours: { id: 'tambahan Lumbung', en: 'an addition of Lumbung' },
  severity: { id: 'Tingkat', en: 'Severity' },
  formula: { id: 'Rumus', en: 'Formula' },
  lineage: { id: 'Sumber', en: 'Sources' },
  identifier: { id: 'Kode', en: 'Identifier' },
} satisfies Record<string, Words>;

const directions: Readonly<Record<Entry['direction'], Words>> = {
  up: { id: 'makin tinggi makin baik', en: 'higher is better' },
  down: { id: 'makin rendah makin baik', en: 'lower is better' },
  band: { id: 'di antara kedua batas', en: 'between both limits' },
  none: { id: 'tidak dinilai', en: 'not judged' },
};
const grains: Readonly<Record<Entry['grain'], Words>> = {
  day: { id: 'hari', en: 'day' },
  fortnight: { id: 'dua minggu', en: 'fortnight' },
  month: { id: 'bulan', en: 'month' },
};
const sums: Readonly<Record<Entry['aggregation'], Words>> = {
  sum: { id: 'jumlah', en: 'sum' },
  'ratio of sums': { id: 'jumlah pembilang dibagi jumlah penyebut', en: 'sum of numerators over sum of denominators' },
  'last day of the period': { id: 'keadaan pada hari terakhir periode', en: 'state on the last day of the period' },
};
const splits: Readonly<Record<string, Words>> = {
  schoolType: { id: 'jenis sekolah', en: 'school type' },
  supplierType: { id: 'jenis pemasok', en: 'supplier type' },
  spendingRow: { id: 'baris belanja', en: 'spending row' },
  portionSize: { id: 'ukuran porsi', en: 'portion size' },
};
const owners: Readonly<Record<string, Words>> = {
  production: { id: 'produksi', en: 'production' },
  quality: { id: 'mutu', en: 'quality' },
  nutrition: { id: 'gizi', en: 'nutrition' },
  distribution: { id: 'distribusi', en: 'distribution' },
  finance: { id: 'keuangan', en: 'finance' },
  procurement: { id: 'pengadaan', en: 'procurement' },
  voice: { id: 'layanan penerima', en: 'beneficiary services' },
  staff: { id: 'kepegawaian', en: 'staff' },
};
const severities: Readonly<Record<string, Words>> = {
  error: { id: 'tidak mungkin benar', en: 'cannot be true' },
  warning: { id: 'hampir tidak mungkin', en: 'hardly possible' },
};

const escapeHtml = (value: string) =>
  value.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0) ?? 0};`);

/** The parts of the frame (reports/live/dictionary.html) by their names. */
export function dictionaryPage(
  entries: readonly Entry[],
  targets: readonly TargetRow[],
  language: Language,
): { TITLE: string; CONTENT: string } {
  const say = (words: Words | undefined, otherwise = '') => escapeHtml(words?.[language] ?? otherwise);
  const limits = (target: Entry['target'], { unit }: Entry) =>
    escapeHtml(formatLimits(target, unit, language) ?? text.noTarget[language]);
  const targetsOf = (entry: Entry) => {
    const lines = [limits(entry.target, entry)];
    if (entry.caps) {
      for (const size of ['small', 'large'] as const) {
        lines.push(`${say(text[size])}: ${limits({ low: null, high: entry.caps[size] }, entry)}`);
      }
    }
    for (const row of targets.filter(({ kpi }) => kpi === entry.id)) {
      lines.push(`${escapeHtml(row.scope)}, ${say(text.since)} ${escapeHtml(row.since)}: ${limits(row, entry)}`);
    }
    return lines.join('<br>');
  };
  const formula = ({ formula: { numerator, denominator } }: Entry) =>
    [numerator, ...(denominator === null ? [] : [denominator])]
      .map((sql) => `<code>${escapeHtml(sql)}</code>`)
      .join('<br>÷ ');
  const article = (entry: Entry) => {
    const { unit, split, minimum, severity, owner } = entry;
    const other = language === 'id' ? 'en' : 'id';
    const isCap = entry.target !== null && entry.target.low === null;
    const facts: [Words, string | null][] = [
      [
        text.unit,
        `${say(units[unit].name)}, ${say(text.written)} ${escapeHtml(formatShort(units[unit].factor === 1 ? 1234.5 : 0.986, unit, language) ?? '')}`,
      ],
      [text.direction, say(directions[entry.direction])],
      [isCap ? text.cap : text.target, targetsOf(entry)],
      [text.period, say(grains[entry.grain])],
      [text.together, say(sums[entry.aggregation])],
      [text.split, split === null ? null : say(splits[split], split)],
      [text.minimum, minimum === null ? null : `${minimum} ${say(text.observations)}`],
      [text.severity, severity === null ? null : say(severities[severity])],
      [text.owner, say(owners[owner], owner)],
      [text.origin, say(entry.published ? text.ministry : text.ours)],
      [text.formula, formula(entry)],
      [
        text.lineage,
        entry.lineage
          .map(({ table, columns }) => `<code>${escapeHtml(`${table}: ${columns.join(', ')}`)}</code>`)
          .join('<br>'),
      ],
      [text.identifier, `<code>${escapeHtml(entry.id)}</code>`],
    ];
    const rows = facts.flatMap(([word, value]) => (value === null ? [] : [`<dt>${say(word)}</dt><dd>${value}</dd>`]));
    return `<article id="${escapeHtml(entry.id)}"><h3>${say(entry.name)}</h3>
      <span class="small" lang="${other}">${escapeHtml(entry.name[other])}</span>
      <p>${say(entry.definition)}</p><dl>${rows.join('')}</dl></article>`;
  };
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const name = entry.kind === 'rule' ? text.rules[language] : entry.section[language];
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  }
  const links = [...groups].map(
    ([name, members]) =>
      `<p class="small">${escapeHtml(name)}</p><ul>${members.map((entry) => `<li><a href="#${escapeHtml(entry.id)}">${say(entry.name)}</a></li>`).join('')}</ul>`,
  );
  const sections = [...groups].map(
    ([name, members]) => `<section><h2>${escapeHtml(name)}</h2>${members.map(article).join('')}</section>`,
  );
  const otherLanguage = language === 'id' ? '?lang=en' : '?lang=id';
  return {
    TITLE: text.title[language],
    CONTENT: `<header class="top"><span class="brand">Lumbung</span><span class="spacer"></span>
      <a class="small" href="/">${say(text.live)}</a> <a class="small" href="/dictionary${otherLanguage}" hreflang="${language === 'id' ? 'en' : 'id'}">${say(text.other)}</a></header>
      <main><h1>${say(text.title)}</h1><p class="headline">${say(text.lead)}</p>
      <nav aria-label="${say(text.contents)}">${links.join('')}</nav>${sections.join('')}</main>`,
  };
}
