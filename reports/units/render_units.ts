/**
 * Pages of units: nation, provinces, regencies and kitchens, in Indonesian and English, with their data and what all of them share.
 * Invariants: figures are read in chunks, everything of a chunk before any of it is rendered, so that memory does not follow the number of
 * units; a file is replaced as a whole; the watermark is read before the figures, so that a page is never older than it says; a failed
 * read or write ends the run.
 */
import type { Warehouse } from '../../warehouse/client.ts';
import type { Language } from '../../warehouse/kpis/format.ts';
import type { Freshness } from '../../warehouse/ledger.ts';
import { changedScopes } from '../../warehouse/queries/units/changed.ts';
import { PAGE_LEVELS, type PageLevel } from '../../warehouse/queries/units/within.ts';
import { type Warning, warnings } from '../../warehouse/queries/warnings.ts';
import { writeAssets } from './assets.ts';
import { csvOf } from './csv.ts';
import { writeDictionary } from './dictionary.ts';
import { serverDocument } from './document.ts';
import { feedOf } from './feed.ts';
import { type Files, filesIn } from './files.ts';
import { grouped } from './grouped.ts';
import { told } from './measures.ts';
import { page } from './page.ts';
import { createPeers } from './peers.ts';
import { type Place, type Programme, pathOfUnit, readProgramme, scopeOf } from './programme.ts';
import { readUnits, type UnitData } from './read.ts';
import { entriesOf, nationalParts } from './search_index.ts';
import { writeSitemap } from './sitemap.ts';
import { type Audience, folderOf, type View } from './view.ts';
import { wordsIn } from './words.ts';

export type RenderOptions = {
  warehouse: Warehouse;
  /** The folder of the release. */
  out: string;
  /** That of the release before, where `out` does not begin with what it holds: feeds go on, and corrections are found. */
  previous?: string;
  /** Scopes like sppg:ID; pages of what is no unit any more are removed. */
  units: 'all' | ReadonlySet<string>;
  signal: AbortSignal;
  audience?: Audience;
  /** The path the site is served under, and its origin where it is known (for canonical addresses, feeds and the sitemap). */
  base?: string;
  origin?: string;
  /** Days a day waits for its sheets before it is final (GRACE_DAYS). */
  graceDays?: number;
  /** What the release is called on its pages. */
  release?: string;
  onProgress?(done: number, total: number): void;
};
export type Rendered = {
  pages: number;
  asOf: Pick<Freshness, 'committedAt' | 'rolledUpAt'>;
  seq: number;
  date: string;
};

/** Units read at a time: of areas every kitchen's sheets and findings are counted. */
const CHUNK: Readonly<Record<PageLevel, number>> = { national: 1, province: 20, regency: 100, sppg: 250 };
const LANGUAGES: readonly Language[] = ['id', 'en'];
const FEED_WARNINGS = 20;
/** More than a province has on any but the strangest day; the farthest out come first. */
const PROVINCE_WARNINGS = 20_000;
const GRACE_DAYS = 3;

export async function renderUnits(options: RenderOptions): Promise<Rendered> {
  const { warehouse, out, units, signal, audience = 'readers', base = '/reports', origin = '', onProgress } = options;
  const programme = await readProgramme(warehouse, signal);
  const { committedAt, rolledUpAt, seq } = programme.freshness;
  const packed = audience === 'readers';
  const files = filesIn(out, { packed });
  const earlier = filesIn(options.previous ?? out, { packed });
  const assets = await writeAssets(files, base);
  const release = options.release ?? String(seq);
  const common = { audience, base, origin, assets, release, programme, document: serverDocument() };
  const views = LANGUAGES.map((language): View => ({ ...common, language, words: wordsIn[language] }));
  const places = placesOf(programme, audience);
  const wanted = units === 'all' ? places : places.filter(({ level, id }) => units.has(scopeOf(level, id)));
  const peersOf = createPeers(programme);
  let done = 0;
  for (const [level, own] of grouped(wanted, (place) => place.level) as Map<PageLevel, Place[]>) {
    for (let at = 0; at < own.length; at += CHUNK[level]) {
      signal.throwIfAborted();
      const ids = own.slice(at, at + CHUNK[level]).map(({ id }) => id);
      const chunk = await readUnits(warehouse, programme, { level, ids }, options.graceDays ?? GRACE_DAYS);
      const warned = level === 'sppg' ? undefined : await readWarnings(warehouse, programme, level, ids);
      for (const data of chunk) {
        signal.throwIfAborted();
        const kitchen = level === 'sppg' ? programme.kitchenOf.get(data.id) : undefined;
        const peers = kitchen === undefined ? undefined : peersOf(kitchen);
        await writeUnit(files, earlier, views, data, peers, warned?.get(data.id) ?? []);
        onProgress?.(++done, wanted.length);
      }
    }
  }
  await removeGone(files, places);
  if (audience === 'public') await writeFront(files, views);
  await writeShared(files, programme, audience, base, origin, places);
  return { pages: wanted.length * LANGUAGES.length, asOf: { committedAt, rolledUpAt }, seq, date: programme.days.date };
}

/** Scopes of units whose figures may have changed since a refresh; former areas of kitchens that moved are among them. */
export async function changedUnits(options: { warehouse: Warehouse; since: number }): Promise<ReadonlySet<string>> {
  return (await changedScopes(options.warehouse, options.since)).scopes;
}

function placesOf({ areas, kitchens }: Programme, audience: Audience): Place[] {
  if (audience === 'public') return [...areas];
  return [...areas, ...kitchens.map(({ id, name, code }): Place => ({ level: 'sppg', id, name, code }))];
}

async function writeUnit(
  files: Files,
  earlier: Files,
  views: readonly View[],
  data: UnitData,
  peers: ReturnType<ReturnType<typeof createPeers>> | undefined,
  warned: readonly Warning[],
): Promise<void> {
  const folder = folderOf(data.level, data.id);
  const [first] = views;
  if (first === undefined) return;
  const { programme } = first;
  const written: Promise<void>[] = views.map((view) =>
    files.write(`${view.language === 'en' ? 'en/' : ''}${folder}/index.html`, page(view, data, peers)),
  );
  const csv = csvOf(first, data, programme.days);
  const unit = pathOfUnit(programme, data.level, data.id, 'id')?.at(-1);
  if (data.level !== 'sppg' && unit !== undefined) {
    const before = { feed: await earlier.read(`${folder}/feed.xml`), csv: await earlier.read(`${folder}/data.csv`) };
    const now = programme.freshness.rolledUpAt ?? new Date().toISOString();
    written.push(files.write(`${folder}/feed.xml`, feedOf(first, unit, data, warned, before, now)));
  }
  written.push(files.write(`${folder}/data.csv`, csv));
  await Promise.all(written);
}

/** A release begins as the one before: pages of units there are no more go. */
async function removeGone(files: Files, places: readonly Place[]): Promise<void> {
  const held = new Set(places.map(({ level, id }) => folderOf(level, id)));
  for (const level of PAGE_LEVELS.filter((own) => own !== 'national'))
    for (const name of await files.list(`unit/${level}`)) {
      const folder = `unit/${level}/${name}`;
      if (held.has(folder)) continue;
      await files.remove(folder);
      await files.remove(`en/${folder}`);
    }
}

/**
 * Warnings of the day of areas: the nation's are of regencies, the others' of their kitchens. Those of regencies come from one answer a
 * province: an answer costs about the same for one regency as for all of them.
 */
async function readWarnings(
  warehouse: Warehouse,
  { days, areaOf, kitchenOf }: Programme,
  level: PageLevel,
  ids: readonly string[],
): Promise<Map<string, Warning[]>> {
  const ask = async (own: PageLevel, id: string, most: number) =>
    (await warnings(warehouse, told, { level: own, id }, days.date, most)).warnings;
  const found = new Map<string, Warning[]>();
  if (level !== 'regency') {
    for (const id of ids) found.set(id, await ask(level, id, FEED_WARNINGS));
    return found;
  }
  const provinces = new Set(ids.flatMap((id) => areaOf.get(scopeOf('regency', id))?.province ?? []));
  for (const province of provinces) {
    const all = await ask('province', province, PROVINCE_WARNINGS);
    const of = grouped(all, ({ scope }) => kitchenOf.get(scope.slice('sppg:'.length))?.regency ?? '');
    for (const [id, own] of of) found.set(id, own.slice(0, FEED_WARNINGS));
  }
  return found;
}

async function writeShared(
  files: Files,
  programme: Programme,
  audience: Audience,
  base: string,
  origin: string,
  places: readonly Place[],
): Promise<void> {
  const entries = entriesOf(programme, audience);
  const parts = nationalParts(entries);
  for (const [name, own] of parts) await files.write(`search/national/${name}.json`, JSON.stringify(own));
  await files.write('search/national/parts.json', JSON.stringify([...parts.keys()]));
  const province = (level: PageLevel, id: string) =>
    level === 'sppg' ? programme.kitchenOf.get(id)?.province : programme.areaOf.get(scopeOf(level, id))?.province;
  const regency = (level: PageLevel, id: string) =>
    level === 'sppg' ? programme.kitchenOf.get(id)?.regency : level === 'regency' ? id : '';
  for (const level of ['province', 'regency'] as const) {
    const of = grouped(entries, ([own, id]) => (level === 'province' ? province(own, id) : regency(own, id)) ?? '');
    for (const [id, own] of of)
      if (id !== '') await files.write(`search/${folderOf(level, id).slice('unit/'.length)}.json`, JSON.stringify(own));
  }
  await writeSitemap(files, base, origin, places);
  // Elsewhere the API answers who reads; where everybody does, a file.
  if (audience === 'public') await files.write('reader.json', JSON.stringify({ scopes: ['national'] }));
}

/** A site published by itself begins with the nation's page and explains its numbers. */
async function writeFront(files: Files, views: readonly View[]): Promise<void> {
  for (const view of views) {
    const prefix = view.language === 'en' ? 'en/' : '';
    await files.write(`${prefix}index.html`, await files.read(`${prefix}unit/national/index.html`));
    await writeDictionary(files, view);
  }
}
