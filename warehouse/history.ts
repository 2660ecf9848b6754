/**
 * History of replicated rows that rollups need as they were at the end of a past day (the source keeps only what is now).
 * Invariant: whatever is written to raw.<table>, by whom ever, also reaches ops.history_<table>: the views below stand
 * between them. A version is kept by its commit, so replays and late rows change nothing.
 */
import type { Warehouse } from './client.ts';

/** Table → what its history keeps of a row, as SQL over the raw row. */
export const kept: Readonly<Record<string, string>> = {
  sppg: `regencyId AS regency_id, provinceId AS province_id, toString(status) AS status, isDemoAccount AS is_demo,
    toFloat64(targetRecipients) AS target_recipients, toFloat64(monthlyBudget) AS monthly_budget,
    toFloat64(budgetAlertThreshold) AS budget_alert_threshold`,
  nutrition_programs: `sppgId AS sppg_id, toString(status) = 'ACTIVE' AS running`,
  school_beneficiaries: 'programId AS program_id, toFloat64(activeStudents) AS students, isActive AS active',
  inventory_items: 'sppgId AS sppg_id, isActive AS active, currentStock <= minStock AS critical',
  sppg_team_members: 'sppgId AS sppg_id, isActive AND isVolunteer AS volunteer',
  food_safety_certifications: `sppgId AS sppg_id,
    match(lowerUTF8(certificationName), 'slhs|laik[[:space:]]+(higiene|hijien)') AS hygiene,
    toString(status) = 'ACTIVE' AS active, expiryDate AS expires_at`,
};

/** Lets every raw table there is feed its history by the present definitions. */
export async function feedHistories(warehouse: Warehouse): Promise<void> {
  const held = await warehouse.query<{ name: string }>("SELECT name FROM system.tables WHERE database = 'raw'");
  for (const { name } of held) if (hasHistory(name)) await feedHistory(warehouse, name);
}

/** What the history of a table keeps of a row, as SQL over the row; empty for a table without one. */
export const historyOf = (table: string): string => kept[table] ?? '';
export const hasHistory = (table: string): boolean => kept[table] !== undefined;

/**
 * Lets the raw table feed its history, beginning with the rows it has. To be called when the raw table was made, and when it
 * was made anew.
 */
export async function feedHistory(warehouse: Warehouse, table: string): Promise<void> {
  const select = `SELECT id, ${kept[table]}, _version AS version, _deleted AS deleted, _committed_at AS committed_at
    FROM raw.${table}`;
  const columns = await warehouse.query<{ name: string }>(
    "SELECT name FROM system.columns WHERE database = 'ops' AND table = {table:String} AND name != 'cut'",
    { table: `history_${table}` },
  );
  await warehouse.command(`DROP VIEW IF EXISTS ops.feed_${table} SYNC`);
  await warehouse.command(`CREATE MATERIALIZED VIEW ops.feed_${table} TO ops.history_${table} AS ${select}`);
  const names = columns.map(({ name }) => name).join(', ');
  await warehouse.command(`INSERT INTO ops.history_${table} (${names}) SELECT ${names} FROM (${select})`);
}
