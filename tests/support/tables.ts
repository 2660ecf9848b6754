/**
 * Replicates single tables of any shape on the engines of a stack, through the product's own functions and without the
 * roles: catalog → raw table → copy, slot → decode → batch → load. What a test needs of their signatures is here alone.
 */
import pg from 'pg';
import { pino } from 'pino';
import { decodeBatch, encodeBatch } from '../../etl/batch.ts';
import { createBatchBuilder } from '../../etl/batch_builder.ts';
import { decode } from '../../etl/decode.ts';
import { loadBatch } from '../../etl/load.ts';
import { mapRelation } from '../../etl/mapping.ts';
import { checkTable, type TableShape } from '../../etl/postgres/catalog.ts';
import { identityFault } from '../../etl/postgres/identity.ts';
import { parseLsn } from '../../etl/postgres/lsn.ts';
import { connectReplication, createSlot, startStream } from '../../etl/postgres/replication.ts';
import { PRINTING } from '../../etl/postgres/session.ts';
import { ensureRawTable } from '../../etl/raw_tables.ts';
import { createCopier } from '../../etl/snapshot.ts';
import type { Source } from '../../etl/source.ts';
import { LumbungError } from '../../platform/errors.ts';
import { type Stack, until } from './stack.ts';

const log = pino({ level: 'silent' });

/** A source that no rollup reads. */
export const plainSource = (table: string, columns: readonly string[], key: readonly string[] = ['id']): Source => ({
  table,
  columns,
  key,
  cells: false,
});

/** The shape of a usable table; what makes it unusable is thrown. */
export async function shapeOf(stack: Stack, source: Source): Promise<TableShape> {
  const check = await checkTable(stack.source, source);
  if ('shape' in check) return check.shape;
  throw new Error('fault' in check ? check.fault : `${source.table} is missing`);
}

/** Copies the table as it is now. */
export async function copyNow(stack: Stack, source: Source): Promise<TableShape> {
  const shape = await shapeOf(stack, source);
  await stack.warehouse.command('CREATE DATABASE IF NOT EXISTS raw');
  await ensureRawTable(stack.warehouse, shape, new Map());
  const { databaseUrl, warehouse } = stack;
  const signal = new AbortController().signal;
  const copier = createCopier({ databaseUrl, warehouse, log, signal });
  try {
    await copier.copy(shape, 'test', `test/${source.table}`);
  } finally {
    await copier.close();
  }
  return shape;
}

export type Following = AsyncDisposable & {
  /** Everything committed so far, loaded as one batch. */
  load(): Promise<void>;
  /** How often loading has asked for the source so far. */
  sourceReads(): number;
};

/** Follows the tables' changes from now on through a slot of their own. */
export async function follow(stack: Stack, shapes: readonly TableShape[]): Promise<Following> {
  const name = `test_${shapes[0]?.source.table}`;
  const tables = shapes.map(({ source }) => `public.${source.table}`).join(', ');
  await stack.source.query(`CREATE PUBLICATION ${name} FOR TABLE ${tables} WITH (publish_via_partition_root = true)`);
  const replication = await connectReplication(stack.databaseUrl);
  const { consistentPoint } = await createSlot(replication, name, 'permanent');
  const builder = createBatchBuilder(`test/${name}`);
  builder.startAt(consistentPoint);
  let reached = consistentPoint;
  let failure: unknown;
  const stream = await startStream(replication, name, name, consistentPoint, {
    message(bytes, start, end) {
      const event = decode(bytes, start);
      if (event.type === 'relation') {
        const { relation } = event;
        const shape = shapes.find(({ source }) => source.table === relation.table);
        if (!shape) throw new Error(`unexpected table ${relation.table}`);
        const fault = identityFault(relation, shape);
        if (fault !== undefined) throw new LumbungError('schema', fault);
        const mapped = mapRelation(relation, shape, () => {
          throw new Error(`${relation.table} has another type than its shape`);
        });
        return builder.relation(relation.oid, mapped);
      }
      builder.apply(event, end - start);
      if (event.type === 'commit') reached = event.endLsn;
    },
    arrived: () => undefined,
    keepalive(walEnd) {
      if (!builder.inTransaction() && walEnd > reached) reached = walEnd;
    },
    ended(error) {
      failure = error;
    },
  });
  // The product's worker connection to the source, under whatever settings the database has.
  const source = new pg.Client({ connectionString: stack.databaseUrl, options: PRINTING });
  source.on('error', () => undefined);
  await source.connect();
  let sourceReads = 0;
  return {
    async load() {
      const { rows } = await stack.source.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn');
      const target = parseLsn(rows[0]?.lsn ?? '0/0');
      await until('the stream to send everything committed', async () => {
        if (failure === undefined && reached < target) stream.confirm(consistentPoint, true);
        return failure !== undefined || reached >= target;
      });
      if (failure !== undefined) throw failure;
      const batch = builder.take();
      if (!batch) throw new Error('the stream sent no change');
      const context = {
        warehouse: stack.warehouse,
        log,
        source: async () => {
          sourceReads++;
          return source;
        },
      };
      await loadBatch(context, decodeBatch(encodeBatch(batch)));
    },
    sourceReads: () => sourceReads,
    async [Symbol.asyncDispose]() {
      await source.end();
      await stream.close();
      await until('the slot to be free', async () => {
        const { rowCount } = await stack.source.query(
          'SELECT FROM pg_replication_slots WHERE slot_name = $1 AND active',
          [name],
        );
        return rowCount === 0;
      });
      await stack.source.query('SELECT pg_drop_replication_slot($1)', [name]);
      await stack.source.query(`DROP PUBLICATION ${name}`);
    },
  };
}

/** Reasons of the parked rows of a table, sorted. */
export async function parkedReasons(stack: Stack, table: string): Promise<string[]> {
  const rows = await stack.warehouse.query<{ reason: string }>(
    "SELECT reason FROM ops.parked FINAL WHERE state = 'parked' AND startsWith(reason, {prefix:String}) ORDER BY reason",
    { prefix: `${table}: ` },
  );
  return rows.map((row) => row.reason);
}
