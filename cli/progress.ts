/** How far a copy has come, for people: a bar, a share, the time left. */
import { type CopyProgress, secondsLeft } from '../etl/copy_progress.ts';
import { duration } from './text.ts';

const CELLS = 20;

/** `now`: when it had come so far. */
export function progressText(progress: CopyProgress, now: Date): string {
  const { table, rows, bytes, totalBytes } = progress;
  const share = totalBytes === 0 ? 1 : Math.min(1, bytes / totalBytes);
  const done = Math.floor(share * CELLS);
  const left = secondsLeft(progress, now);
  const bar = '█'.repeat(done) + '░'.repeat(CELLS - done);
  return `${table}: ${bar} ${Math.floor(share * 100)} %, ${rows} rows${left === null ? '' : `, ${duration(left)} left`}`;
}
