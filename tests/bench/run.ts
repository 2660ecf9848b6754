/** `npm run bench [-- name…] [--quick] [--write]`: runs the named benchmarks, or all, and prints the table of them; written, it is docs/performance. */
import { api } from './api.ts';
import { backlog } from './backlog.ts';
import { reported } from './bench.ts';
import { csv } from './csv.ts';
import { exports as exportBench } from './export.ts';
import { freshness } from './freshness.ts';
import { morning } from './morning.ts';
import { tableOf, writePerformance } from './performance.ts';
import { rollup } from './rollup.ts';
import { screen } from './screen.ts';
import { site } from './site.ts';
import { snapshot } from './snapshot.ts';
import { stream } from './stream.ts';
import { ws } from './ws.ts';

const benches: Readonly<Record<string, (quick: boolean) => Promise<void>>> = {
  freshness,
  snapshot,
  stream,
  backlog,
  rollup,
  api,
  ws,
  csv,
  screen,
  site,
  export: exportBench,
  morning,
};
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = names.filter((name) => !(name in benches));
if (unknown.length > 0) {
  process.stderr.write(`there is no benchmark ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}\n`);
  process.exit(1);
}
const quick = process.argv.includes('--quick');
for (const [name, bench] of Object.entries(benches)) {
  if (names.length > 0 && !names.includes(name)) continue;
  await bench(quick);
  // Benchmark by benchmark: what was measured is kept if a later one fails.
  if (process.argv.includes('--write')) writePerformance(reported, quick);
}
process.stdout.write(`\n${tableOf(reported)}\n`);
