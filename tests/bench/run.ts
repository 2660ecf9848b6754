/** `npm run bench [-- name…] [-- --quick]`: runs the named benchmarks, or all. */
import { api } from './api.ts';
import { backlog } from './backlog.ts';
import { csv } from './csv.ts';
import { exports as exportBench } from './export.ts';
import { freshness } from './freshness.ts';
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
};
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = names.filter((name) => !(name in benches));
if (unknown.length > 0) {
  process.stderr.write(`there is no benchmark ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}\n`);
  process.exit(1);
}
for (const [name, bench] of Object.entries(benches)) {
  if (names.length === 0 || names.includes(name)) await bench(process.argv.includes('--quick'));
}
