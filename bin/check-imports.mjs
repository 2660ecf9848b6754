// Runs dependency-cruiser and fails when it cruised suspiciously few modules (a misconfigured cruise finds no violation).
import { spawnSync } from 'node:child_process';

const FLOOR = 80;
const folders = ['platform', 'etl', 'warehouse', 'workers', 'api', 'reports', 'demo', 'cli', 'tests'];
const { stdout, stderr } = spawnSync(
  'npx',
  ['depcruise', '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...folders],
  { encoding: 'utf8', maxBuffer: 1 << 28 },
);
let summary;
try {
  summary = JSON.parse(stdout).summary;
} catch {
  console.error(stderr || stdout);
  process.exit(1);
}
for (const violation of summary.violations) {
  console.error(`${violation.rule.severity}: ${violation.rule.name}: ${violation.from} -> ${violation.to}`);
}
if (summary.totalCruised < FLOOR)
  console.error(`only ${summary.totalCruised} modules cruised, expected at least ${FLOOR}`);
process.exit(summary.violations.length > 0 || summary.totalCruised < FLOOR ? 1 : 0);
