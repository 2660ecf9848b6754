/** `lumbung snapshot`: asks the capture for new copies and shows their progress until the last is live again. */
import { setTimeout as delay } from 'node:timers/promises';
import { readCopies } from '../etl/copy_progress.ts';
import { readTableStates, requestCopies } from '../etl/table_set.ts';
import { LumbungError } from '../platform/errors.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { progressText } from './progress.ts';

/** A request nobody takes up for this long has no capture to serve it. */
const TAKEN_UP_WITHIN_MS = 60_000;

export async function copyAgain(
  warehouse: Warehouse,
  tables: readonly string[],
  print: (text: string) => void,
): Promise<void> {
  const others = [...(await readTableStates(warehouse)).values()].filter(({ table }) => !tables.includes(table));
  if (others.some(({ state }) => state === 'stale')) {
    throw new LumbungError('bad_input', 'changes of every table are missing: "lumbung snapshot --all" copies them all');
  }
  await requestCopies(warehouse, tables);
  print(`Asked for a copy of ${tables.length === 1 ? tables[0] : `${tables.length} tables`} …`);
  const left = new Set(tables);
  const refused: string[] = [];
  const askedAt = Date.now();
  let last = '';
  while (left.size > 0) {
    await delay(500);
    const states = await readTableStates(warehouse);
    for (const table of left) {
      const known = states.get(table);
      if (known?.state === 'live') print(`${table}: copied`);
      else if (known?.state === 'quarantined') refused.push(`${table}: ${known.reason}`);
      else continue;
      left.delete(table);
    }
    const waiting = [...left].every((table) => states.get(table)?.state === 'requested');
    if (left.size === tables.length && waiting && Date.now() - askedAt > TAKEN_UP_WITHIN_MS) {
      throw new LumbungError(
        'unreachable',
        'no capture takes the request up; it stays asked for. Is the role running?',
      );
    }
    const line = await progressLine(warehouse);
    if (line !== last && line !== '') print(line);
    last = line;
  }
  if (refused.length > 0) throw new LumbungError('schema', `not copied:\n  ${refused.join('\n  ')}`);
}

/** The copy that moved last, at the speed it had then: between two notes nothing is known of it. */
async function progressLine(warehouse: Warehouse): Promise<string> {
  const [copy] = await readCopies(warehouse);
  return copy ? progressText(copy.progress, copy.notedAt) : '';
}
