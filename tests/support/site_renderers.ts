/**
 * Small renderers of the report site that read the warehouse and write real pages: what a build needs, and no more. What they are to
 * do wrong stands in a file beside the releases, `DATA_DIR/site/trouble.json`, read at each build.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Warehouse } from '../../warehouse/client.ts';
import { readFreshness } from '../../warehouse/ledger.ts';
import { readTouchedScopes } from '../../warehouse/queries/touched.ts';
import type { SiteRenderers } from '../../workers/site/renderers.ts';

export type Trouble = {
  /** The narrative's packages are installed. */
  narrative?: boolean;
  /** A statement that is run before the pages. */
  query?: string;
  /** The build hangs, with a process of its own, whose id it writes down. */
  hang?: boolean;
  /** It writes to a disk that is full. */
  full?: boolean;
  /** It is killed. */
  dies?: boolean;
  /** Text put into the nation's page. */
  body?: string;
  /** Added to every number that is told. */
  lie?: number;
  /** It takes more memory than there is. */
  hoard?: boolean;
};

const siteOf = (out: string) => out.slice(0, out.indexOf('/releases/'));
const troubleOf = (out: string): Trouble => {
  const file = join(siteOf(out), 'trouble.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Trouble) : {};
};

function write(out: string, path: string, text: string | Buffer): void {
  const file = join(out, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
}

const page = (title: string, body: string) =>
  `<!doctype html>\n<html lang="id"><head><meta charset="utf-8"><title>${title}</title><link rel="stylesheet" href="/reports/assets/site-0a1b2c3d.css"></head><body><h1>${title}</h1>${body}</body></html>\n`;

const UNITS = `SELECT 'national' AS kind, '' AS id UNION ALL
  SELECT 'province', id FROM raw.provinces_indonesia FINAL WHERE NOT _deleted UNION ALL
  SELECT 'regency', id FROM raw.regencies_indonesia FINAL WHERE NOT _deleted UNION ALL
  SELECT 'sppg', id FROM raw.sppg FINAL WHERE NOT _deleted`;
const KPIS = { portions_planned: 'production', food_cost_per_portion: 'finance' } as const;
const BELONGS: Readonly<Record<string, string>> = {
  national: 'NOT isDemoAccount',
  province: 'NOT isDemoAccount AND provinceId = {id:String}',
  regency: 'NOT isDemoAccount AND regencyId = {id:String}',
  sppg: 'id = {id:String}',
};

async function writeUnit(warehouse: Warehouse, out: string, kind: string, id: string, lie: number): Promise<void> {
  const cells = await warehouse.query<{ kpi: keyof typeof KPIS; day: string; num: number; den: number | null }>(
    `SELECT toString(kpi) AS kpi, toString(m.day) AS day, sum(m.num) AS num, sum(m.den) AS den FROM mart.kpi_daily AS m FINAL
     WHERE split = '' AND m.num IS NOT NULL AND kpi IN {kpis:Array(String)}
       AND sppg_id IN (SELECT id FROM raw.sppg FINAL WHERE NOT _deleted AND ${BELONGS[kind]}) GROUP BY kpi, day ORDER BY kpi, day`,
    { id, kpis: Object.keys(KPIS) },
  );
  const told = cells.map((cell) => ({ ...cell, num: cell.num + lie }));
  const folder = `unit/${kind}/${id === '' ? '' : `${id}/`}`;
  const parts = told.map(
    ({ kpi, day, num }) => `<!--[${KPIS[kpi]}]--><p>${kpi} ${day}: <b>${num}</b></p><!--[/${KPIS[kpi]}]-->`,
  );
  const { body = '' } = kind === 'national' ? troubleOf(out) : {};
  const html = page(`${kind} ${id}`, `${parts.join('')}${body}<p><a href="data.csv">CSV</a> <a href="/">Layar</a></p>`);
  write(out, `${folder}index.html`, html);
  write(out, `en/${folder}index.html`, html.replace('href="data.csv"', `href="/reports/${folder}data.csv"`));
  const lines = told.map(({ kpi, day, num, den }) => `${kpi},${day},${num},${den ?? ''}\n`);
  write(out, `${folder}data.csv`, `kpi,date,num,den\n${lines.join('')}`);
}

export const renderers: SiteRenderers = {
  async renderUnits({ warehouse, out, units, signal, audience, onProgress }) {
    const { query, hang, full, dies, lie = 0, hoard } = troubleOf(out);
    if (query !== undefined) await warehouse.query(query);
    const freshness = await readFreshness(warehouse);
    const all = await warehouse.query<{ kind: string; id: string }>(UNITS);
    const wanted = all.filter(
      ({ kind, id }) =>
        (units === 'all' || units.has(kind === 'national' ? kind : `${kind}:${id}`)) &&
        !(audience === 'public' && kind === 'sppg'),
    );
    write(out, 'assets/site-0a1b2c3d.css', 'body { color: black }\n');
    for (const [index, { kind, id }] of wanted.entries()) {
      signal.throwIfAborted();
      await writeUnit(warehouse, out, kind, id, lie);
      onProgress?.(index + 1, wanted.length);
    }
    for (const { kind, id } of wanted)
      if (kind === 'regency') write(out, `search/regency/${id}.json`, JSON.stringify([`unit ${id}`]));
    // The kernel's own answer of a device that has no room.
    if (full) writeFileSync('/dev/full', 'x');
    if (dies) process.kill(process.pid, 'SIGKILL');
    if (hoard) {
      const held: string[] = [];
      for (;;) held.push(JSON.stringify(Array.from({ length: 50_000 }, () => Math.random())));
    }
    if (hang) {
      const own = spawn('sleep', ['600'], { stdio: 'ignore' });
      write(siteOf(out), 'hanging.json', JSON.stringify([process.pid, own.pid]));
      await new Promise(() => setInterval(() => undefined, 1_000));
    }
    return { pages: wanted.length * 2, asOf: { committedAt: freshness.committedAt, rolledUpAt: freshness.rolledUpAt } };
  },
  async changedUnits({ warehouse, since }) {
    const { seq } = await readFreshness(warehouse);
    return new Set((await readTouchedScopes(warehouse, since, seq)).map(({ scope }) => scope));
  },
  async buildNarrative({ warehouse, out }) {
    const [row] = await warehouse.query<{ n: number }>('SELECT count() AS n FROM raw.sppg FINAL WHERE NOT _deleted');
    write(out, 'index.html', page('Indonesia', `<p>${row?.n} dapur</p><p><a href="unit/national/">Nasional</a></p>`));
    for (const open of ['kamus', 'metode', 'jelajah']) write(out, `${open}/index.html`, page(open, '<p>kata</p>'));
    write(out, '_app/immutable/entry-12345678.js', 'export {};\n');
  },
  narrativeReady: () => true,
};
