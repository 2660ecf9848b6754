/**
 * What a release must be before it is served: whole (links lead somewhere), its own (nothing from another origin), valid and small, with
 * fields marked, no smaller than half of the one before, and true (numbers.ts).
 * Invariant: the release it was made from is untouched: a file shared with it that was written to fails the build.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { LumbungError } from '../../platform/errors.ts';
import { type ReleaseInfo, readPlain, unpackedName } from '../../platform/site.ts';
import type { Warehouse } from '../../warehouse/client.ts';
import { markerFault } from '../../warehouse/site_fields.ts';
import { filesBelow, spread } from './files.ts';
import { foreignIn, linkFaults, refersOf } from './links.ts';
import { numberFaults } from './numbers.ts';
import type { SiteTask, Tell } from './task.ts';

/** The page of a regency has a line for each of its kitchens: some have a thousand. */
const MOST = { page: 1_500_000, regency: 1_500_000, unit: 400_000 };
const MOST_PACKED = { page: Number.POSITIVE_INFINITY, regency: 250_000, unit: 60_000 };
/** Pages whose HTML is parsed, of units and of the narrative. */
const PARSED = { units: 60, narrative: 60 };
const FAULTS_TOLD = 8;
const FEWEST_SHARE = 0.5;
const ROOT_PAGE = 'unit/national/index.html';
const isUnit = (path: string) => /^(en\/)?unit\//.test(path);
const kindOf = (path: string) => (/^(en\/)?unit\/regency\//.test(path) ? 'regency' : isUnit(path) ? 'unit' : 'page');

type Checked = {
  warehouse: Warehouse;
  out: string;
  info: ReleaseInfo;
  base: ReleaseInfo | undefined;
  /** When the build began to write, in milliseconds. */
  begunAt: number;
  signal: AbortSignal;
  tell: Tell;
};

/** Rejects with what is wrong, the first faults of it. */
export async function checkRelease(checked: Checked, task: SiteTask): Promise<void> {
  const { warehouse, out, info, base, begunAt, signal, tell } = checked;
  const faults: string[] = [];
  const there = new Set<string>();
  const fresh: string[] = [];
  for await (const path of filesBelow(out)) {
    there.add(unpackedName(path));
    if (!base) fresh.push(path);
    else {
      const { nlink, mtimeMs } = await stat(join(out, path));
      if (nlink === 1) fresh.push(path);
      else if (mtimeMs > begunAt)
        faults.push(`${path}: written in place, so the release that is served has changed too`);
    }
    if (there.size % 1_000 === 0) signal.throwIfAborted();
  }
  if (!there.has(ROOT_PAGE)) faults.push(`${ROOT_PAGE} is missing`);
  if (base && info.kind === 'full' && info.pages < base.pages * FEWEST_SHARE) {
    faults.push(`${info.pages} pages, where the release before has ${base.pages}`);
  }
  if (task.audience === 'public') {
    const kitchen = [...there].find((path) => /(^|\/)unit\/sppg\//.test(path));
    if (kitchen !== undefined) faults.push(`${kitchen}: kitchens are not for the public`);
  }
  const pages = fresh.filter((path) => unpackedName(path).endsWith('.html'));
  const sample = new Set([
    ...spread(pages.filter(isUnit), PARSED.units),
    ...spread(
      pages.filter((path) => !isUnit(path)),
      PARSED.narrative,
    ),
  ]);
  // Loaded where it is needed: it takes as long as the pages of a small build.
  const { htmlFaults } = await import('./valid_html.ts');
  const ends = { there, narrative: info.narrativeBuiltAt !== null, basePath: task.basePath, origin: task.origin };
  for (const [index, path] of pages.entries()) {
    if (faults.length >= FAULTS_TOLD) break;
    if (index % 200 === 0) {
      signal.throwIfAborted();
      tell({ step: 'checking', done: index, total: pages.length });
    }
    const bytes = await readPlain(join(out, path));
    const html = bytes.toString('utf8');
    const fault = (text: string) => faults.push(`${unpackedName(path)}: ${text}`);
    const refers = refersOf(html);
    for (const text of foreignIn(refers, ends.origin)) fault(`${text} is of another origin`);
    for (const text of linkFaults(refers, unpackedName(path), ends, task.audience)) fault(text);
    if (bytes.length > MOST[kindOf(path)]) fault(`${bytes.length} bytes`);
    if (isUnit(path)) {
      const marker = markerFault(html);
      if (marker !== undefined) fault(marker);
    }
    if (!sample.has(path)) continue;
    const packed = gzipSync(bytes).length;
    if (packed > MOST_PACKED[kindOf(path)]) fault(`${packed} bytes compressed`);
    for (const text of htmlFaults(html)) fault(text);
  }
  for (const path of fresh.filter((name) => name.endsWith('.css'))) {
    const css = String(await readPlain(join(out, path)));
    if (/url\(\s*['"]?(https?:)?\/\//i.test(css)) faults.push(`${path}: an address of another origin`);
  }
  if (faults.length === 0) faults.push(...(await numberFaults(warehouse, out, fresh, info)));
  if (faults.length === 0) return;
  throw new LumbungError('internal', `the checks found: ${faults.slice(0, FAULTS_TOLD).join('; ')}`);
}
