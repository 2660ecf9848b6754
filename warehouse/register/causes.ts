/**
 * Why a locked report's numbers would be others now: source rows of its units and days that were committed after it was read.
 * Invariant: a superset of what moved a number, never less of these tables: days are taken from 00:00 WIT to 24:00 WIB, and deleted
 * rows count.
 */
import type { Warehouse } from '../client.ts';
import { parseScope, scopeCondition } from '../scopes.ts';
import type { ReportKey } from './register.ts';

/** Tables whose rows belong to a kitchen and a day: the column of the day. */
const dated: Readonly<Record<string, string>> = {
  food_productions: 'productionDate',
  food_distributions: 'distributionDate',
  waste_management: 'wasteDate',
  banper_transactions: 'transactionDate',
  beneficiary_receipts: 'receiptDate',
  procurements: 'procurementDate',
};

export type Cause = { table: string; unit: string; rows: number; first: string; last: string };

export async function causesSince(warehouse: Warehouse, key: ReportKey, since: string): Promise<Cause[]> {
  const scope = parseScope(key.scope);
  const day = (column: string, hours: number) => `toDate32(${column} + INTERVAL ${hours} HOUR)`;
  const parts = Object.entries(dated).map(
    ([
      table,
      column,
    ]) => `SELECT '${table}' AS table, sppgId AS unit, count() AS rows, toString(min(_committed_at)) AS first,
        toString(max(_committed_at)) AS last
      FROM raw.${table} FINAL
      WHERE _committed_at > parseDateTime64BestEffort({since:String}, 6)
        AND ${day(column, 9)} >= {from:Date32} AND ${day(column, 7)} <= {to:Date32} AND ${scopeCondition(scope, 'sppgId')}
      GROUP BY unit`,
  );
  return warehouse.query<Cause>(
    `SELECT * FROM (${parts.join(' UNION ALL ')}) ORDER BY rows DESC, table, unit LIMIT 500`,
    {
      ...{ since, from: key.from, to: key.to, scopeId: scope.id },
    },
  );
}
