/**
 * API keys of programs: `lk_ID_SECRET`, with a role and scope like a person's. The table holds the secret's SHA-256 (256 random bits
 * need no slow hash), so that it cannot be read back. Invariant: a key that is revoked, expired or unknown is refused within
 * seconds in every process.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { LumbungError } from '../platform/errors.ts';
import type { Claims } from '../platform/tokens.ts';
import type { Warehouse } from './client.ts';

export type ApiKey = {
  id: string;
  name: string;
  role: string;
  scope: string[];
  createdAt: string;
  expiresAt: string;
  state: 'valid' | 'expired' | 'revoked';
};
type Row = ApiKey & { hash: string; expires: number };

const KEY = /^lk_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/;
const BELIEVED_MS = 3_000;
const MAX_KNOWN = 10_000;
export const isApiKey = (token: string): boolean => token.startsWith('lk_');
/** The id of a key's text; undefined for any other token. */
export const keyIdOf = (token: string): string | undefined => KEY.exec(token)?.[1];
const digest = (secret: string) => createHash('sha256').update(secret).digest('hex');

const SELECT = `SELECT id, hash, name, role, scope, formatDateTime(created_at, '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS createdAt,
  formatDateTime(expires_at, '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS expiresAt, toUnixTimestamp(expires_at) AS expires,
  multiIf(revoked, 'revoked', expires_at <= now64(3), 'expired', 'valid') AS state FROM ops.api_keys FINAL`;

/** Makes a key; its text is told here and never again. */
export async function createKey(
  warehouse: Warehouse,
  { name, role, scope }: Pick<ApiKey, 'name' | 'role' | 'scope'>,
  days: number,
): Promise<{ id: string; key: string; expiresAt: string }> {
  const id = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  const now = new Date();
  const expires = new Date(now.getTime() + days * 86_400_000);
  await write(warehouse, { id, hash: digest(secret), name, role, scope, created: now, expires, revoked: false });
  return { id, key: `lk_${id}_${secret}`, expiresAt: expires.toISOString() };
}

export async function listKeys(warehouse: Warehouse): Promise<ApiKey[]> {
  const rows = await warehouse.query<Row>(`${SELECT} ORDER BY created_at, id`);
  return rows.map(({ hash: _hash, expires: _expires, ...key }) => key);
}

/** Ends a key now. */
export async function revokeKey(warehouse: Warehouse, id: string): Promise<ApiKey> {
  const row = await usable(warehouse, id);
  await end(warehouse, row, { revoked: true });
  return row;
}

/** A new key of the same name, role and scope for as long; the old one goes on for `graceHours`. */
export async function rotateKey(warehouse: Warehouse, id: string, graceHours: number) {
  const row = await usable(warehouse, id);
  const days = (Date.parse(row.expiresAt) - Date.parse(row.createdAt)) / 86_400_000;
  const fresh = await createKey(warehouse, row, days);
  const grace = new Date(Math.min(Date.parse(row.expiresAt), Date.now() + graceHours * 3_600_000));
  await end(warehouse, row, graceHours === 0 ? { revoked: true } : { expires: grace });
  return { ...fresh, name: row.name };
}

/** The ids of all keys that count now: what open connections are held against, many at once. */
export async function validKeys(warehouse: Warehouse): Promise<ReadonlySet<string>> {
  const rows = await warehouse.query<{ id: string }>(
    'SELECT id FROM ops.api_keys FINAL WHERE NOT revoked AND expires_at > now64(3)',
  );
  return new Set(rows.map(({ id }) => id));
}

async function usable(warehouse: Warehouse, id: string): Promise<Row> {
  const row = await find(warehouse, id);
  if (row?.state !== 'valid') {
    throw new LumbungError('not_found', `there is no valid key ${id}: see "lumbung key list"`);
  }
  return row;
}

async function find(warehouse: Warehouse, id: string): Promise<Row | undefined> {
  const [row] = await warehouse.query<Row>(`${SELECT} WHERE id = {id:String}`, { id });
  return row;
}

function end(warehouse: Warehouse, row: Row, change: { revoked?: boolean; expires?: Date }): Promise<void> {
  const { id, hash, name, role, scope } = row;
  const created = new Date(row.createdAt);
  return write(warehouse, {
    ...{ id, hash, name, role, scope, created },
    expires: change.expires ?? new Date(row.expiresAt),
    revoked: change.revoked ?? false,
  });
}

type Stored = Pick<Row, 'id' | 'hash' | 'name' | 'role' | 'scope'> & { created: Date; expires: Date; revoked: boolean };
const text = (date: Date) => date.toISOString().replace('T', ' ').replace('Z', '');
const write = (warehouse: Warehouse, { created, expires, ...row }: Stored) =>
  warehouse.insertRows('ops.api_keys', [{ ...row, created_at: text(created), expires_at: text(expires) }]);

/** Verifies keys; what the table says is believed for a few seconds, so that a busy program does not ask it each time. */
export function createKeyVerifier(warehouse: Warehouse): (token: string) => Promise<Claims> {
  const known = new Map<string, { row: Promise<Row | undefined>; at: number }>();
  const refused = () => new LumbungError('unauthenticated', 'the API key is unknown, expired or revoked');
  return async (token) => {
    const [, id = '', secret = ''] = KEY.exec(token) ?? [];
    if (id === '') throw refused();
    let held = known.get(id);
    if (held === undefined || Date.now() - held.at > BELIEVED_MS) {
      // Guessed ids must not fill the memory.
      if (known.size >= MAX_KNOWN) known.clear();
      held = { row: find(warehouse, id), at: Date.now() };
      known.set(id, held);
      held.row.catch(() => known.delete(id));
    }
    const row = await held.row;
    const right = timingSafeEqual(Buffer.from(row?.hash ?? digest('')), Buffer.from(digest(secret)));
    if (!row || !right || row.state !== 'valid' || row.expires * 1_000 <= Date.now()) throw refused();
    return { sub: `key:${id}`, role: row.role, scope: row.scope, exp: row.expires, name: row.name };
  };
}
