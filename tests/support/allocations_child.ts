/**
 * Heap bytes that decoding and batching take a change. In a process of its own with a young generation so large that nothing is collected
 * in between: then what the heap has grown by is what was allocated, whatever the clock says. Answers {bytes, changes, collections}.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import pg from 'pg';
import { createBatchBuilder } from '../../etl/batch_builder.ts';
import { decode } from '../../etl/decode.ts';
import { mapRelation } from '../../etl/mapping.ts';
import { parseLsn } from '../../etl/postgres/lsn.ts';
import { connectReplication, createSlot, startStream } from '../../etl/postgres/replication.ts';
import { readSourceTables } from '../../etl/source_setup.ts';

const SLOT = 'allocations';
const url = process.env.DATABASE_URL ?? '';
const source = new pg.Client({ connectionString: url });
await source.connect();
const { shapes } = await readSourceTables(source);
const replication = await connectReplication(url);
const { consistentPoint } = await createSlot(replication, SLOT, 'permanent');
await source.query('UPDATE school_distributions SET "actualQuantity" = "actualQuantity" + 1');
const { rows } = await source.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn');
const target = parseLsn(rows[0]?.lsn ?? '0/0');

const messages: Buffer[] = [];
let reached = 0n;
const stream = await startStream(replication, SLOT, 'lumbung', consistentPoint, {
  message(bytes, start, end) {
    messages.push(Buffer.from(bytes.subarray(start, end)));
    const event = decode(bytes, start);
    if (event.type === 'commit') reached = event.endLsn;
  },
  arrived: () => undefined,
  keepalive(walEnd) {
    reached = walEnd > reached ? walEnd : reached;
  },
  ended(error) {
    if (error) throw error;
  },
});
while (reached < target) {
  stream.confirm(consistentPoint, true);
  await new Promise((resolve) => setTimeout(resolve, 20));
}
await stream.close();
await source.query('SELECT pg_drop_replication_slot($1)', [SLOT]).catch(() => undefined);
await source.end();

function pass(): number {
  const builder = createBatchBuilder('slot');
  builder.startAt(consistentPoint);
  let changes = 0;
  for (const message of messages) {
    const event = decode(message, 0);
    if (event.type === 'relation') {
      const shape = shapes.get(event.relation.table);
      if (shape)
        builder.relation(
          event.relation.oid,
          mapRelation(event.relation, shape, () => undefined as never),
        );
      continue;
    }
    builder.apply(event, message.length);
    if (event.type === 'update') changes++;
  }
  builder.take();
  return changes;
}
// Compiled before it is measured.
for (let warm = 0; warm < 5; warm++) pass();
let collections = 0;
new PerformanceObserver((list) => {
  collections += list.getEntries().length;
}).observe({ entryTypes: ['gc'] });
(globalThis as { gc?: () => void }).gc?.();
await new Promise((resolve) => setTimeout(resolve, 50));
collections = 0;
const before = process.memoryUsage().heapUsed;
const changes = pass();
const bytes = process.memoryUsage().heapUsed - before;
await new Promise((resolve) => setTimeout(resolve, 50));
process.send?.({ bytes, changes, collections }, () => process.exit(0));
