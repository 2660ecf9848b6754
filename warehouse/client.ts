/**
 * The one way to ClickHouse. Parameters are bound (`{day:Date}`), never spliced; errors are classified here and only here.
 */
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ClickHouseError, type ClickHouseSettings, createClient } from '@clickhouse/client';
import { isUnreachable, LumbungError, messageOf } from '../platform/errors.ts';
import { clusterSettings, onCluster } from './cluster.ts';

export type Params = Record<string, string | number | boolean | readonly string[] | readonly number[]>;

/** How bytes were written: names and types of the columns, and the format. */
export type Written = { structure: string; format: 'RowBinary' | 'TabSeparated' };

export type Warehouse = {
  /** Rows of a SELECT as objects. 64-bit integers arrive as numbers: select toString() of anything larger. */
  query<Row>(sql: string, params?: Params, signal?: AbortSignal): Promise<Row[]>;
  /** A SELECT as a byte stream in the format its SQL names. */
  stream(sql: string, params?: Params, signal?: AbortSignal): Promise<Readable>;
  /** DDL, or INSERT … SELECT. */
  command(sql: string, params?: Params): Promise<void>;
  /** A few lines of TabSeparated into a table. */
  insertTsv(table: string, columns: readonly string[], bytes: Buffer): Promise<void>;
  /** Bytes of many rows into a table, declared as they were written. */
  insertBulk(table: string, columns: readonly string[], written: Written, bytes: Buffer | Readable): Promise<void>;
  /** Small inserts of objects. */
  insertRows(table: string, rows: readonly Record<string, unknown>[]): Promise<void>;
  /** True when the engine answers. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
};

export type WarehouseOptions = {
  /** Bounds every query (streams aside) of a process that answers people. */
  querySeconds?: number | undefined;
  /** The cluster that the tables are spread over (cluster.ts). */
  cluster?: string | undefined;
};

export function connectWarehouse(url: string, { querySeconds, cluster }: WarehouseOptions = {}): Warehouse {
  const client = createClient({
    url,
    application: 'lumbung',
    max_open_connections: 16,
    request_timeout: querySeconds === undefined ? 600_000 : (querySeconds + 5) * 1_000,
    keep_alive: { enabled: true, idle_socket_ttl: 2_000 },
    clickhouse_settings: {
      output_format_json_quote_64bit_integers: 0,
      // Identical data deleted and inserted again must not be swallowed as a duplicate block.
      insert_deduplicate: 0,
      // Older servers round floats to a neighbour unless told not to.
      precise_float_parsing: 1,
      // Rollup statements are many and small: compiling them costs more than it saves.
      compile_expressions: 0,
      compile_aggregate_expressions: 0,
      compile_sort_description: 0,
      // Neither finds anything to take away in our statements, and looking for it is a tenth of what a refresh is planned in.
      optimize_group_by_function_keys: 0,
      optimize_aggregators_of_group_by_keys: 0,
      // FINAL reads the other columns only where the key fits; conditions on anything else still wait for the rows that replace others.
      optimize_move_to_prewhere_if_final: 1,
      // A reader that hangs up stops its query.
      cancel_http_readonly_queries_on_client_close: 1,
      ...(querySeconds === undefined ? {} : { max_execution_time: querySeconds }),
    },
    log: { level: 127 as never },
  });
  let known: Promise<ClickHouseSettings> | undefined;
  /** Of a query; on a cluster they are read from it once. */
  const settings = (): Promise<ClickHouseSettings> => {
    if (cluster === undefined) return Promise.resolve({});
    known ??= replicasOf(client, cluster).then(clusterSettings);
    known.catch(() => {
      known = undefined;
    });
    return known;
  };
  const guard = async <T>(what: string, run: (clickhouse_settings: ClickHouseSettings) => Promise<T>): Promise<T> => {
    try {
      return await run(await settings());
    } catch (error) {
      throw classify(error, what, url);
    }
  };
  return {
    query: <Row>(sql: string, params: Params = {}, signal?: AbortSignal) =>
      guard('query', async (clickhouse_settings) => {
        const result = await client.query({
          query: sql,
          query_params: params,
          clickhouse_settings,
          format: 'JSONEachRow',
          ...(signal ? { abort_signal: signal } : {}),
        });
        return result.json<Row>();
      }),
    stream: (sql, params = {}, signal) =>
      guard('stream', async (settings) => {
        const result = await client.exec({
          query: sql,
          query_params: params,
          clickhouse_settings: {
            ...settings,
            ...(querySeconds === undefined ? {} : { max_execution_time: STREAM_SECONDS }),
          },
          ...(signal ? { abort_signal: signal } : {}),
        });
        return result.stream;
      }),
    command: (sql, params = {}) =>
      guard('command', async (clickhouse_settings) => {
        for (const query of cluster === undefined ? [sql] : onCluster(sql, cluster)) {
          await client.command({ query, query_params: params, clickhouse_settings });
        }
      }),
    insertTsv: (table, columns, bytes) =>
      guard(`insert into ${table}`, async (clickhouse_settings) => {
        const values = Readable.from([bytes], { objectMode: false });
        const listed = [...columns.map((column) => `\`${column}\``)] as [string, ...string[]];
        await client.insert({ table, columns: listed, values, format: 'TabSeparated', clickhouse_settings });
      }),
    insertBulk: (table, columns, { structure, format }, bytes) =>
      guard(`insert into ${table}`, async (clickhouse_settings) => {
        const values = bytes instanceof Readable ? bytes : Readable.from([bytes], { objectMode: false });
        const listed = columns.map((column) => `\`${column}\``).join(', ');
        const declared = structure.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
        const query = `INSERT INTO ${table} (${listed}) SELECT * FROM input('${declared}') FORMAT ${format}`;
        const { stream } = await client.exec({ query, values, clickhouse_settings });
        await finished(stream.resume());
      }),
    insertRows: (table, rows) =>
      guard(`insert into ${table}`, async (clickhouse_settings) => {
        if (rows.length === 0) return;
        await client.insert({ table, values: [...rows], format: 'JSONEachRow', clickhouse_settings });
      }),
    ping: async () => (await client.ping()).success,
    close: () => client.close(),
  };
}

/** How many replicas each shard of the cluster has, at least. */
async function replicasOf(client: ReturnType<typeof createClient>, cluster: string): Promise<number> {
  const result = await client.query({
    query: `SELECT toUInt32(min(replicas)) AS replicas FROM (
      SELECT count() AS replicas FROM system.clusters WHERE cluster = {cluster:String} GROUP BY shard_num
    )`,
    query_params: { cluster },
    format: 'JSONEachRow',
  });
  const [row] = await result.json<{ replicas: number }>();
  if (row?.replicas) return row.replicas;
  throw new LumbungError(
    'config',
    `ClickHouse knows no cluster "${cluster}" (CLICKHOUSE_CLUSTER): name one of remote_servers in its configuration`,
  );
}

/** A stream takes as long as its reader. */
const STREAM_SECONDS = 3_600;
/** Engine codes after which the same insert may succeed later: too many parts, memory, time-outs, shutting down, replicas away. */
const TRANSIENT_CODES = new Set([
  '252',
  '241',
  '159',
  '160',
  '164',
  '202',
  '203',
  '209',
  '210',
  '236',
  '242',
  '279',
  '285',
  '286',
  '289',
  '319',
  '999',
]);
/** Codes that say the data itself cannot be stored. */
const POISON_CODES = new Set([
  '6',
  '26',
  '27',
  '38',
  '41',
  '53',
  '69',
  '70',
  '72',
  '117',
  '130',
  '321',
  '349',
  '131',
  '469',
  '33',
  '32',
]);

function classify(error: unknown, what: string, url: string): LumbungError {
  if (error instanceof LumbungError) return error;
  if (error instanceof ClickHouseError) {
    const kind = TRANSIENT_CODES.has(error.code) ? 'transient' : POISON_CODES.has(error.code) ? 'poison' : 'internal';
    return new LumbungError(kind, `ClickHouse refused a ${what}: ${error.message.slice(0, 500)}`, error);
  }
  if (isUnreachable(error) || /socket hang up|Timeout error/.test(messageOf(error))) {
    return new LumbungError(
      'unreachable',
      `ClickHouse does not answer at ${new URL(url).host} (CLICKHOUSE_URL)`,
      error,
    );
  }
  return new LumbungError('internal', `ClickHouse ${what}: ${messageOf(error)}`, error);
}
