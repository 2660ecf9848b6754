/** People as the source's `users` table has them: who they are by role and kitchen, never by name. */
import type { Warehouse } from '../client.ts';

export type User = { id: string; role: string; scope: string[] };
type Row = { id: string; role: string; sppg: string | null };

const SELECT = `SELECT id, toString(assumeNotNull(userRole)) AS role, sppgId AS sppg FROM raw.users FINAL
  WHERE NOT _deleted AND isActive AND userRole IS NOT NULL`;

/** Platform accounts look at the nation, the others at their kitchen; without one they look at nothing. */
function userOf({ id, role, sppg }: Row): User | undefined {
  const scope = role.startsWith('PLATFORM_') ? ['national'] : sppg === null || sppg === '' ? [] : [`sppg:${sppg}`];
  return scope.length === 0 ? undefined : { id, role, scope };
}

/** The active user with this id, or undefined. */
export async function readUser(warehouse: Warehouse, id: string): Promise<User | undefined> {
  const [row] = await warehouse.query<Row>(`${SELECT} AND id = {id:String}`, { id });
  return row && userOf(row);
}

/** An active user of a role, of this kitchen where there is one. */
export async function userWithRole(warehouse: Warehouse, role: string, sppgId: string): Promise<User | undefined> {
  const [row] = await warehouse.query<Row>(
    `${SELECT} AND toString(userRole) = {role:String} ORDER BY ifNull(sppgId, '') = {sppgId:String} DESC, id LIMIT 1`,
    { role, sppgId },
  );
  return row && userOf(row);
}
