/** `lumbung snapshot`: asks the capture for new copies and shows their progress until the last is live again. */
import { setTimeout as delay } from 'node:timers/promises';
import { readTableStates, requestCopies } from '../etl/table_set.ts';
import { LumbungError } from '../platform/errors.ts';
import type { Warehouse } from '../warehouse/client.ts';

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

async function progressLine(warehouse: Warehouse): Promise<string> {
  const [row] = await warehouse.query<{ table: string; rows: number; share: number; seconds: number }>(
    `SELECT toString(table) AS table, rows, bytes / greatest(total_bytes, 1) AS share,
       dateDiff('second', began_at, changed_at) AS seconds FROM ops.copies FINAL ORDER BY changed_at DESC LIMIT 1`,
  );
  if (!row || row.share >= 1) return '';
  const left = row.share > 0 ? `, about ${Math.round(row.seconds * (1 / row.share - 1))} s left` : '';
  return `${row.table}: ${Math.floor(row.share * 100)} %, ${row.rows} rows${left}`;
}
