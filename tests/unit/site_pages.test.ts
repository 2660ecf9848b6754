/** What every page of a unit keeps: names are text, figures stand between the markers of their fields, few people are not told. */
import { gzipSync } from 'node:zlib';
import { expect, it, test } from 'vitest';
import { csvOf, seriesOf } from '../../reports/units/csv.ts';
import { feedOf } from '../../reports/units/feed.ts';
import { page } from '../../reports/units/page.ts';
import { createPeers } from '../../reports/units/peers.ts';
import { entriesOf, nationalParts } from '../../reports/units/search_index.ts';
import { addressOf, folderOf } from '../../reports/units/view.ts';
import { wordsIn } from '../../reports/units/words.ts';
import { registry } from '../../warehouse/kpis/registry.ts';
import { FIELDS } from '../../warehouse/permissions.ts';
import { wordsOf } from '../../warehouse/queries/words.ts';
import { dataOf, days, programmeOf, viewOf } from '../support/site_pages.ts';

const HOSTILE = `<script>alert(1)</script> "Dapur" & 'Ibu' -->`;
const programme = programmeOf(HOSTILE);
const peersOf = createPeers(programme);
const kitchen = programme.kitchenOf.get('k0');
const pages = (few = false) =>
  (['id', 'en'] as const).map((language) =>
    page(viewOf(programme, language), dataOf('sppg', 'k0', few), kitchen && peersOf(kitchen)),
  );
/** The page as it is told to those who see these fields only: as the API cuts it. */
const cut = (text: string, sees: readonly string[]) =>
  text.replaceAll(/<!--\[([a-z_]+)\]-->(.*?)<!--\[\/\1\]-->/gs, (_, field: string, inside: string) =>
    sees.includes(field) ? inside : '',
  );

test('a name with markup in it is text, wherever it stands', () => {
  for (const text of [...pages(), page(viewOf(programme, 'id'), dataOf('regency', '3201'), undefined)]) {
    expect(text.includes('<script>alert')).toBe(false);
    expect(text.includes('&lt;script&gt;alert(1)&lt;/script&gt;')).toBe(true);
    expect(text.match(/<script/g)).toHaveLength(1);
  }
});

test('nothing is inline that the content policy refuses, and nothing comes from elsewhere', () => {
  for (const text of pages()) {
    expect(/ style=| on[a-z]+=|<style/.exec(text)?.[0]).toBeUndefined();
    const addresses = [...text.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, address = '']) => address);
    const own = (address: string) => /^(\/(?!\/)|#|data:,|https:\/\/lumbung\.example\/)/.test(address);
    expect(addresses.filter((address) => !own(address))).toEqual([]);
  }
});

test('markers are pairs, never nested, of fields there are', () => {
  for (const text of pages()) {
    const markers = [...text.matchAll(/<!--\[(\/?)([a-z_]+)\]-->/g)];
    expect(markers.length).toBeGreaterThan(100);
    for (const [at, [, closing, field]] of markers.entries()) {
      expect(closing).toBe(at % 2 === 0 ? '' : '/');
      expect(FIELDS).toContain(field);
      if (closing) expect(markers[at - 1]?.[2]).toBe(field);
    }
  }
});

test('without any field there is no figure; with one, only its own', () => {
  for (const [at, text] of pages().entries()) {
    const words = wordsIn[at === 0 ? 'id' : 'en'];
    const bare = cut(text, []);
    expect(bare).not.toMatch(/<data |<td[^>]*>\d|<svg|<output/);
    for (const kpi of registry) expect(bare).not.toContain(`id="${kpi.id}"`);
    const finance = cut(text, ['finance']);
    for (const kpi of registry) expect(finance.includes(`id="${kpi.id}"`), kpi.id).toBe(kpi.owner === 'finance');
    expect(finance).toContain(words.rows.food);
    expect(bare).not.toContain(words.budget);
  }
});

test('fewer than five people are told nowhere: not on the page, not in the file', () => {
  const counted = registry.filter((kpi) => kpi.people !== undefined).map((kpi) => kpi.id);
  expect(counted.length).toBeGreaterThan(3);
  for (const text of pages(true)) {
    for (const id of counted) {
      const row = new RegExp(`<tr[^>]*id="${id}">.*?</tr>`).exec(text)?.[0] ?? '';
      expect(row, id).toMatch(/&lt; 5/);
      expect(row.replaceAll(/<th.*?<\/th>/g, ''), id).not.toMatch(/<td[^>]*>\d|<data/);
    }
  }
  const csv = csvOf({ audience: 'readers' }, dataOf('sppg', 'k0', true), days);
  for (const id of counted) {
    const lines = csv.split('\n').filter((line) => line.startsWith(`${id},`));
    expect(lines.length, id).toBeGreaterThan(0);
    for (const line of lines.filter((own) => !own.includes(',series,')))
      expect(line).toMatch(/,,,[^,]*,[^,]*,[^,]*,withheld$/);
  }
});

test('what is published to everybody has no markers, no kitchens, no money below the nation, no way to sign in', () => {
  const view = viewOf(programme, 'id', 'public');
  const regency = page(view, dataOf('regency', '3201'), undefined);
  expect(regency).not.toMatch(/<!--\[|unit\/sppg|href="\/\?|href="\/dictionary/);
  expect(regency).not.toContain('id="spend"');
  const nation = page(view, dataOf('national', ''), undefined);
  expect(nation).toContain('id="spend"');
  expect(entriesOf(programme, 'public').some(([level]) => level === 'sppg')).toBe(false);
});

test('an id is one folder, never a path', () => {
  const name = folderOf('sppg', '../a b/%');
  expect(name.split('/')).toHaveLength(3);
  expect(name).not.toContain('..');
  const address = addressOf({ base: '/reports', language: 'en' }, 'sppg', '../a b/%');
  expect(decodeURIComponent(address)).toBe(`/reports/en/${name}/`);
  expect(folderOf('sppg', 'cm4x_A-9')).toBe('unit/sppg/cm4x_A-9');
});

it('tells a correction once, and keeps what it told', () => {
  const view = viewOf(programme, 'id');
  const data = dataOf('province', '32');
  const unit = { level: 'province' as const, id: '32', name: 'Jawa Barat', code: '32' };
  const csv = csvOf(view, data, days);
  const told = (before: { feed: string; csv: string }) =>
    feedOf(view, unit, data, [], before, '2026-03-05T01:02:04.000Z');
  expect(told({ feed: '', csv })).not.toContain('<item>');
  const [line] = seriesOf(csv);
  const was = csv.replace(
    `${line?.kpi},series,${line?.from},${line?.from},,,${line?.value}`,
    `${line?.kpi},series,${line?.from},${line?.from},,,0.5`,
  );
  const first = told({ feed: '', csv: was });
  expect(first.match(/<item>/g)).toHaveLength(1);
  expect(told({ feed: first, csv }).match(/<item>/g)).toHaveLength(1);
  expect(told({ feed: first, csv: was }).match(/<item>/g)).toHaveLength(1);
});

it('finds every unit by every word that tells it, in files that stay small', () => {
  const many = programmeOf('SPPG Mawar');
  const kitchens = Array.from({ length: 3_000 }, (_, at) => ({
    ...(many.kitchens[1] as (typeof many.kitchens)[number]),
    ...{
      id: `x${at}`,
      name: `SPPG ${['Melati', 'Kenanga', 'Dahlia'][at % 3]}${String.fromCharCode(97 + (at % 26))} ${at}`,
      code: `S${at}`,
    },
  }));
  const entries = entriesOf({ ...many, kitchens, kitchenOf: new Map(kitchens.map((own) => [own.id, own])) }, 'readers');
  const parts = nationalParts(entries);
  for (const entry of entries)
    for (const word of wordsOf(`${entry[2]} ${entry[3]}`).filter((own) => own !== 'sppg')) {
      const holding = [...parts].filter(([part]) =>
        part.endsWith('_') ? part.slice(0, -1) === word : word.startsWith(part),
      );
      expect(
        holding.some(([, own]) => own.includes(entry)),
        word,
      ).toBe(true);
    }
  expect(Math.max(...[...parts.values()].map((own) => own.length))).toBeLessThanOrEqual(400);
  expect(parts.size).toBeLessThan(200);
});

it('is small: a page of a kitchen within a third of what may be sent', () => {
  for (const text of pages()) expect(gzipSync(text).length).toBeLessThan(14_000);
});
