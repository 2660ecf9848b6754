/**
 * The warehouse on a cluster (CLICKHOUSE_CLUSTER): every statement that shapes it, rewritten. A table `mart.x` becomes the replicated
 * `mart_local.x` on each server, and `mart.x` the Distributed table over it that every query of the product names.
 * Invariants: all versions of a row lie on one shard, whatever else of it changes, so a table is sharded only by columns of its sorting
 * key: the SPPG where that is one of them, else the row's id, else the whole key (a raw row may move to another kitchen, and its
 * tombstone knows the key only: by SPPG its versions would part). An insert is over when every replica has it, so whoever reads
 * a ledger entry afterwards, wherever, finds the rows it counts. A shard that is away is an error, never a smaller sum.
 */
import { LumbungError } from '../platform/errors.ts';

const local = (name: string) => name.replace('.', '_local.');

/** Areas and a slot's totals stand together (one insert of them is one block), and the tables built beside (rollups/rebuild.ts) are sharded as those whose place they take. */
const SHARDED_BY: Readonly<Record<string, string>> = {
  'mart.kpi_daily': 'sppg_id',
  'mart.kpi_kitchens': 'sppg_id',
  'mart.kpi_members': 'sppg_id',
  'mart.flow_stages': 'sppg_id',
  'mart.kpi_areas': 'province_id, regency_id',
  'ops.batch_totals': 'slot_id',
};

/** What a row is sharded by: columns of the sorting key as the statement writes them. */
function shardedBy(table: string, sortingKey: string): string {
  const columns = sortingKey.replace(/^\(([\s\S]*)\)$/, '$1');
  const one = /(?:^|[\s,])(`?sppg_id`?)(?:,|$)/.exec(columns) ?? /^(`?id`?)(?:,|$)/.exec(columns);
  // Placed rows come from the raw table of their server, by a view: they lie where those do.
  return SHARDED_BY[table] ?? (table.startsWith('ops.placed_') ? 'id' : undefined) ?? one?.[1] ?? columns;
}

const NAME = String.raw`((?:raw|ops|mart)\.\w+)`;
type Rule = [pattern: RegExp, write: (on: string, cluster: string, ...parts: string[]) => string[]];

const distributed = (table: string, once: string, on: string, cluster: string, key: string) => {
  const [database, name] = local(table).split('.');
  return `CREATE TABLE ${once}${table} ${on} AS ${local(table)} ENGINE = Distributed(${cluster}, '${database}', '${name}', cityHash64(${key}))`;
};

/** Statement as the product writes it → what the cluster runs instead, in this order. */
const rules: readonly Rule[] = [
  [
    /^CREATE DATABASE IF NOT EXISTS (\w+)$/,
    (on, _, name) => [name, `${name}_local`].map((each) => `CREATE DATABASE IF NOT EXISTS ${each} ${on}`),
  ],
  [
    new RegExp(`^CREATE TABLE (IF NOT EXISTS )?${NAME}\\s+(\\([\\s\\S]*\\) )?ENGINE = (\\w*MergeTree[\\s\\S]*)$`),
    (on, cluster, once = '', table = '', columns = '', engine = '') => {
      const key = /ORDER BY (\((?:[^()]|\([^()]*\))*\)|[\w`]+)/.exec(engine)?.[1] ?? '';
      return [
        `CREATE TABLE ${once}${local(table)} ${on} ${columns}ENGINE = Replicated${engine.replace('PARTITION BY attempt ', '')}`,
        distributed(table, once, on, cluster, shardedBy(table, key)),
      ];
    },
  ],
  [
    new RegExp(`^CREATE TABLE ${NAME} AS ${NAME}$`),
    (on, cluster, table = '', like = '') => [
      `CREATE TABLE ${local(table)} ${on} AS ${local(like)}`,
      distributed(table, '', on, cluster, shardedBy(like, '')),
    ],
  ],
  [
    new RegExp(`^DROP TABLE (IF EXISTS )?${NAME}(?: SYNC)?$`),
    // One that was cut off between the two is run again.
    (on, _, _once, table = '') => [local(table), table].map((each) => `DROP TABLE IF EXISTS ${each} ${on} SYNC`),
  ],
  // Views stand between tables of one server: a row's history is sharded as the row is, by its id.
  [
    new RegExp(`^CREATE MATERIALIZED VIEW (IF NOT EXISTS )?${NAME} TO ${NAME} AS ([\\s\\S]*)FROM ${NAME}$`),
    (on, _, once = '', view = '', into = '', select = '', from = '') => [
      `CREATE MATERIALIZED VIEW ${once}${local(view)} ${on} TO ${local(into)} AS ${select}FROM ${local(from)}`,
    ],
  ],
  [
    new RegExp(`^DROP VIEW IF EXISTS ${NAME} SYNC$`),
    (on, _, view = '') => [`DROP VIEW IF EXISTS ${local(view)} ${on} SYNC`],
  ],
  // Columns are known to both; rows, settings and comments are the local table's.
  [
    new RegExp(`^ALTER TABLE ${NAME} ((?:ADD|MODIFY) COLUMN [\\s\\S]*?)( SETTINGS mutations_sync = 1)?$`),
    (on, _, table = '', change = '', awaited = '') => {
      const again = change.replace(/^ADD COLUMN (?!IF )/, 'ADD COLUMN IF NOT EXISTS ');
      return [
        `ALTER TABLE ${local(table)} ${on} ${again}${awaited.replace('1', '2')}`,
        `ALTER TABLE ${table} ${on} ${again}`,
      ];
    },
  ],
  [
    new RegExp(
      `^ALTER TABLE ${NAME} ((?:DELETE|MODIFY SETTING|MODIFY COMMENT|(?:ADD|DROP|MATERIALIZE) PROJECTION) [\\s\\S]*)$`,
    ),
    (on, _, table = '', change = '') => [`ALTER TABLE ${local(table)} ${on} ${change}`],
  ],
  // Every partition there ever was leaves a node in Keeper: cells on their way are no partitions there, they go by their TTL.
  [new RegExp(`^ALTER TABLE ${NAME} DROP PARTITION ID '\\w+'$`), () => []],
  [
    new RegExp(`^DELETE FROM ${NAME} ([\\s\\S]*)$`),
    (on, _, table = '', where = '') => [`DELETE FROM ${local(table)} ${on} ${where}`],
  ],
  [
    new RegExp(`^OPTIMIZE TABLE ${NAME} ([\\s\\S]*)$`),
    (on, _, table = '', how = '') => [`OPTIMIZE TABLE ${local(table)} ${on} ${how}`],
  ],
  [
    new RegExp(`^EXCHANGE TABLES ${NAME} AND ${NAME}$`),
    (on, _, one = '', other = '') => [`EXCHANGE TABLES ${local(one)} AND ${local(other)} ${on}`],
  ],
  // Accounts: whoever may read or add to a table may on its servers too, within the same policy.
  [
    /^(CREATE (?:ROLE|USER) IF NOT EXISTS \w+)([\s\S]*)$/,
    (on, _, create = '', rest = '') => [`${create} ${on}${rest}`],
  ],
  [
    /^GRANT ([\s\S]*) ON ((?:raw|ops|mart)\.[\w*]+) TO (\w+)$/,
    (on, _, right, table = '', to) => [table, local(table)].map((each) => `GRANT ${on} ${right} ON ${each} TO ${to}`),
  ],
  [/^GRANT ([\s\S]*)$/, (on, _, right) => [`GRANT ${on} ${right}`]],
  [
    new RegExp(`^(CREATE ROW POLICY OR REPLACE \\w+) ON ${NAME} ([\\s\\S]*)$`),
    (on, _, create, table = '', rest) => [table, local(table)].map((each) => `${create} ${on} ON ${each} ${rest}`),
  ],
  [/^(INSERT INTO [\s\S]*)$/, (_on, _, insert = '') => [insert]],
];

/** What a cluster runs for a statement of the product, in order. One that has no form there is refused, not run on one server alone. */
export function onCluster(statement: string, cluster: string): string[] {
  const name = `'${cluster}'`;
  for (const [pattern, write] of rules) {
    const found = pattern.exec(statement.trim());
    if (found) return write(`ON CLUSTER ${name}`, name, ...found.slice(1));
  }
  throw new LumbungError('internal', `no form for a cluster (warehouse/cluster.ts): ${statement.trim().slice(0, 100)}`);
}

/** Settings of every query on a cluster whose shards have so many replicas. */
export function clusterSettings(replicas: number): Record<string, string | number> {
  return {
    // Rows are on their shard, on every replica of it, when an insert returns. A copy of a row sent twice is harmless.
    distributed_foreground_insert: 1,
    ...(replicas > 1 ? { insert_quorum: String(replicas), insert_quorum_timeout: 60_000 } : {}),
    insert_quorum_parallel: 1,
    // INSERT … SELECT goes through the sharding of the table it fills, never from shard to shard as rows lie.
    parallel_distributed_insert_select: 0,
    // A subquery is computed over all shards, once, and sent to them.
    distributed_product_mode: 'global',
    prefer_global_in_and_join: 1,
    skip_unavailable_shards: 0,
    alter_sync: 2,
  };
}
