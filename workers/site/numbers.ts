/**
 * Sample numbers of a release held against the warehouse: a second computation, of an area over the kitchens it has and not over the
 * areas' own rollup. Units that a refresh has touched since the build began are left out: their pages may be right as of before.
 */
import { join } from 'node:path';
import { type ReleaseInfo, readPlain, unpackedName } from '../../platform/site.ts';
import type { Warehouse } from '../../warehouse/client.ts';
import { findKpi } from '../../warehouse/kpis/registry.ts';
import { readTouchedScopes } from '../../warehouse/queries/touched.ts';
import { parseScope, scopeCondition } from '../../warehouse/scopes.ts';
import { spread } from './files.ts';

const UNITS_OF_A_KIND = 3;
const LINES_OF_A_UNIT = 200;
/** Claims of refreshes under way, too; those of rebuilds have far higher numbers. */
const ALL_CLAIMS = Number.MAX_SAFE_INTEGER;

type Line = { kpi: string; day: string; num: string };

export async function numberFaults(
  warehouse: Warehouse,
  out: string,
  paths: readonly string[],
  info: ReleaseInfo,
): Promise<string[]> {
  const files = ['national', 'province', 'regency', 'sppg'].flatMap((kind) =>
    spread(
      paths.filter((path) => path.startsWith(`unit/${kind}/`) && unpackedName(path).endsWith('/data.csv')),
      UNITS_OF_A_KIND,
    ),
  );
  const found: { scope: string; faults: string[] }[] = [];
  for (const path of files) {
    const [, kind, id] = path.split('/');
    const scope = kind === 'national' ? 'national' : `${kind}:${decodeURIComponent(id ?? '')}`;
    const lines = linesOf(String(await readPlain(join(out, path))));
    found.push({
      scope,
      faults:
        lines === undefined
          ? [`${path}: no columns kpi, date (or from and to), num`]
          : await compare(warehouse, scope, path, lines),
    });
  }
  if (found.every(({ faults }) => faults.length === 0)) return [];
  const touched = new Set((await readTouchedScopes(warehouse, info.seq, ALL_CLAIMS)).map(({ scope }) => scope));
  return found.flatMap(({ scope, faults }) => (touched.has(scope) ? [] : faults));
}

/** Lines with a KPI, a day and a number; undefined where the file has no such columns. */
function linesOf(csv: string): Line[] | undefined {
  const [header = '', ...rows] = csv
    .replaceAll('\r', '')
    .replace(/^\ufeff/, '')
    .trim()
    .split('\n');
  const columns = header.split(',').map((name) => name.replaceAll('"', '').trim());
  const [from, to] = columns.includes('date') ? ['date', 'date'] : ['from', 'to'];
  const at = {
    kpi: columns.indexOf('kpi'),
    day: columns.indexOf(from),
    to: columns.indexOf(to),
    num: columns.indexOf('num'),
  };
  if (at.kpi !== 0 || at.day < 0 || at.to < 0 || at.num < 0) return undefined;
  const lines = rows.map((row) => {
    const cells = row.split(',').map((cell) => cell.replaceAll('"', ''));
    // Of periods longer than a day the warehouse keeps no sum to hold them against.
    const day = cells[at.day] === cells[at.to] ? (cells[at.day] ?? '') : '';
    return { kpi: cells[at.kpi] ?? '', day, num: cells[at.num] ?? '' };
  });
  // A number withheld or missing is empty; lines of fields that are no KPIs have nothing to be held against.
  return lines.filter(({ kpi, day, num }) => findKpi(kpi) && /^\d{4}-\d{2}-\d{2}$/.test(day) && num !== '');
}

async function compare(warehouse: Warehouse, scope: string, path: string, all: readonly Line[]): Promise<string[]> {
  const lines = spread(all, LINES_OF_A_UNIT);
  if (lines.length === 0) return [];
  const days = [...new Set(lines.map(({ day }) => day))];
  const place = parseScope(scope);
  const rows = await warehouse.query<{ kpi: string; day: string; num: number | null }>(
    `SELECT toString(kpi) AS kpi, toString(m.day) AS day, sum(m.num) AS num FROM mart.kpi_daily AS m FINAL
     WHERE split = '' AND m.num IS NOT NULL AND kpi IN {kpis:Array(String)} AND m.day IN {days:Array(Date32)}
       AND ${scopeCondition(place, 'sppg_id')}
     GROUP BY kpi, day`,
    { scopeId: place.id, days, kpis: [...new Set(lines.map(({ kpi }) => kpi))] },
  );
  const held = new Map(rows.map((row) => [`${row.kpi} ${row.day}`, row.num]));
  return lines.flatMap(({ kpi, day, num }) => {
    const truth = held.get(`${kpi} ${day}`);
    if (typeof truth === 'number' && Math.abs(truth - Number(num)) <= slack(num, truth)) return [];
    // Not the numbers: whoever reads why a build failed need not be a reader of figures.
    return [`${path}: ${kpi} of ${day} is not what the warehouse has`];
  });
}

/** Half of the last digit that is told, and what sums of floats differ by. */
const slack = (told: string, truth: number) => 0.5 * 10 ** -(told.split('.')[1]?.length ?? 9) + Math.abs(truth) * 1e-9;
