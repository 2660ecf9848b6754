/**
 * The fault drills: `npm run drill -- --seeds 20` with one of each role, `--doubled` with two of each and every one killed in turn. A random
 * workload runs meanwhile; afterwards every raw table and every KPI cell has to equal the source.
 */
import { Command, InvalidArgumentError } from 'commander';
import { drillDoubled } from './doubled.ts';
import { drillSingle } from './single.ts';

const positive = (text: string) => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('must be a positive whole number');
  return Number(text);
};
const { seeds, seed, doubled } = new Command('drill')
  .option('--seeds <n>', 'how many seeds to run, from 1', positive, 5)
  .option('--seed <n>', 'replay one seed', positive)
  .option('--doubled', 'two of every role: each is killed in turn, and the other goes on')
  .parse()
  .opts<{ seeds: number; seed?: number; doubled?: boolean }>();
const drill = doubled ? drillDoubled : drillSingle;
const list = seed === undefined ? Array.from({ length: seeds }, (_, index) => index + 1) : [seed];
let failed = 0;
for (const one of list) {
  const began = Date.now();
  const made: string[] = [];
  try {
    const result = await drill(one, made);
    const seconds = ((Date.now() - began) / 1_000).toFixed(0);
    process.stdout.write(
      `seed ${one}  ok  ${result.rows} rows and ${result.cells} cells equal the source  ${seconds} s${result.also ? `  ${result.also}` : ''}  [${made.join(', ')}]\n`,
    );
  } catch (error) {
    failed++;
    process.stdout.write(
      `seed ${one}  FAILED  [${made.join(', ')}]  ${(error as Error).message}\n  replay: npm run drill -- ${doubled ? '--doubled ' : ''}--seed ${one}\n`,
    );
  }
}
process.stdout.write(`${list.length - failed} seeds passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
