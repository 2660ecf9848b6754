// `npm test`: install what is missing, then run the checks and tests, and end with a line "N passed, N failed".
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ensurePackages, ensureProgram, ensureSitePackages } from './install.mjs';

ensurePackages();
ensureProgram('redis-server', 'redis-server');
ensureProgram('chromium', 'chromium');
// Reads documents back (tests/path/document_files.test.ts).
ensureProgram('pdftotext', 'poppler-utils');
// `npm run test:long`: also what takes minutes each (tests/support/long.ts), and the narrative with its packages.
const long = process.env.LONG_TESTS === 'on';
if (long) ensureSitePackages();

let passed = 0;
let failed = 0;
/** What failed, told once more at the end: a long output hides it. */
const failures = [];
const results = mkdtempSync(join(tmpdir(), 'lumbung-test-'));

/** What a check printed, and whether it passed. */
const check = (step) =>
  new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', step], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    child.once('close', (status) => resolve({ step, said, ok: status === 0 }));
  });
// Side by side: each keeps one core busy.
const steps = ['check:types', 'check:imports', 'check:dead', 'check:lint'];
for (const { step, said, ok } of await Promise.all(steps.map(check))) {
  process.stdout.write(said);
  if (ok) passed++;
  else {
    failed++;
    failures.push(step);
  }
  console.log(`${ok ? 'ok' : 'FAILED'}  ${step}`);
}
for (const project of ['unit', 'path', 'fault', 'browser', ...(long ? ['site'] : [])]) {
  const file = join(results, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const { status } = spawnSync('npx', ['vitest', 'run', '--project', project, ...reporters], { stdio: 'inherit' });
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    report = { numPassedTests: 0, numFailedTests: 0, testResults: [] };
  }
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  // A suite that could not even start counts as one failure.
  if (status !== 0 && report.numFailedTests === 0) {
    failed++;
    failures.push(`${project}: ended with ${status}`);
  }
  for (const { name, status, message, assertionResults } of report.testResults) {
    const of = assertionResults.filter((one) => one.status === 'failed');
    const told = of.map(({ fullName, failureMessages }) => `${fullName}\n  ${failureMessages.join('\n  ')}`);
    // A file that fails before its tests: in an import, or in what prepares them.
    if (status === 'failed' && of.length === 0) told.push(message);
    for (const text of told) failures.push(`${relative(process.cwd(), name)}: ${text.slice(0, 600)}`);
  }
}
rmSync(results, { recursive: true, force: true });
if (failures.length) console.log(`\nFailed:\n${failures.join('\n')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
