// `npm run audit`: known vulnerabilities of the packages in the lockfile. Where the registry offers no audit it says so, and that is not a pass.
import { spawnSync } from 'node:child_process';

const { stdout, stderr, error } = spawnSync('npm', ['audit', '--json', ...process.argv.slice(2)], { encoding: 'utf8' });
let report;
try {
  report = JSON.parse(stdout);
} catch {
  report = undefined;
}
const counts = report?.metadata?.vulnerabilities;
if (counts === undefined) {
  const why =
    report?.message ?? report?.error?.summary ?? error?.message ?? stderr.trim().split('\n')[0] ?? 'no answer';
  console.error(`NOT AUDITED: the registry in use does not answer audits (${why || 'no answer'}).`);
  console.error('Nothing was checked. Run it where npm reaches a registry that offers audits.');
  process.exit(2);
}
const { info, low, moderate, high, critical, total } = counts;
console.log(
  `${total} known vulnerabilities: ${critical} critical, ${high} high, ${moderate} moderate, ${low} low, ${info} info`,
);
for (const { name, severity, range } of Object.values(report.vulnerabilities ?? {}))
  console.log(`${severity}  ${name} ${range}`);
process.exit(total === 0 ? 0 : 1);
