/** The verb that writes into the demo programme: traffic without end, or a national service morning. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type MorningReport, playMorning } from '../demo/morning.ts';
import { loadConfig, requireUrl } from '../platform/config.ts';
import { LumbungError } from '../platform/errors.ts';
import { createLifecycle, stopOnSignals } from '../platform/lifecycle.ts';
import { createLogger } from '../platform/log.ts';
import { runRole } from './roles.ts';
import { readRuntime, withRuntime } from './runtime.ts';

type Options = { rate?: number; profile?: string; minutes: number; seed: number; kitchens?: number; json?: boolean };

const positive = (text: string) => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('must be a positive number');
  return value;
};

export function addSimulateVerb(program: Command, print: (text: string) => void): void {
  program
    .command('simulate')
    .description('write plausible traffic into the demo programme')
    .option('--rate <n>', 'changes per second: 5, with a profile 500 on average', positive)
    .addOption(
      new Option(
        '--profile <name>',
        'national-morning: a service day of all kitchens in three zones, in bursts, with corrections and a province that is away for an hour',
      ).choices(['national-morning']),
    )
    .option('--minutes <n>', 'with a profile: into how many minutes its eleven hours are compressed', positive, 10)
    .option('--seed <n>', 'with a profile: the same seed, the same morning', Number, 1)
    .option('--kitchens <n>', 'with a profile: how many take part; all without it', positive)
    .option('--json', 'with a profile: a JSON object a line, for programs')
    .action(async (options: Options) => {
      const config = withRuntime(loadConfig());
      if (!readRuntime(config)?.demo) {
        throw new LumbungError(
          'config',
          'only the embedded demo programme is ever written to; start it with "npm start"',
        );
      }
      if (options.profile === undefined) return runRole('simulator', { ...config, SIMULATE: options.rate ?? 5 });
      const lifecycle = createLifecycle(createLogger({ ...config, LOG_LEVEL: 'silent' }, 'cli'));
      stopOnSignals(lifecycle, createLogger({ ...config, LOG_LEVEL: 'silent' }, 'cli'));
      const tell = (report: MorningReport) => print(options.json ? JSON.stringify(report) : line(report));
      const last = await playMorning(requireUrl(config, 'DATABASE_URL'), {
        rate: options.rate ?? 500,
        minutes: options.minutes,
        seed: options.seed,
        kitchens: options.kitchens,
        signal: lifecycle.signal,
        onReport: tell,
      });
      tell(last);
      if (!options.json) print(summary(last));
      await lifecycle.stop('done');
    });
}

function line({ seconds, clocks, written, rate, lateMs, failed }: MorningReport): string {
  const times = Object.entries(clocks).map(([zone, time]) => `${zone} ${time}`);
  const refused = failed === 0 ? '' : `  ${failed} refused`;
  return `${String(seconds).padStart(5)} s  ${times.join('  ')}  ${written} changes, ${rate}/s, ${lateMs} ms late${refused}`;
}

function summary({ due, written, kinds, zones }: MorningReport): string {
  const list = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  return `${written} of ${due} changes written\nby sheet: ${list(kinds)}\nby zone: ${list(zones)}`;
}
