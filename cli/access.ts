/** Verbs about who may: tokens of people, API keys of programs, accounts of a ClickHouse server. */
import { type Command, InvalidArgumentError } from 'commander';
import { authSecret, loadConfig, systemActor } from '../platform/config.ts';
import { LumbungError } from '../platform/errors.ts';
import { scopeText, signToken } from '../platform/tokens.ts';
import { apiAccountSql, readerSql } from '../warehouse/accounts.ts';
import { createKey, listKeys, revokeKey, rotateKey } from '../warehouse/api_keys.ts';
import { isRole, matrix } from '../warehouse/permissions.ts';
import { auditOf, withWarehouse } from './connections.ts';

type Print = (text: string) => void;
type Grant = { role: string; scope: string[] };
const SCOPE = 'national, wilayah:CODE, region:CODE, province:ID, regency:ID or sppg:ID; several for several units';
const MAX_DAYS = 730;

const count = (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('must be a whole number');
  return value;
};

/** Refuses a role that does not exist, and what is no scope. */
function checkGrant({ role, scope }: Grant): void {
  if (!isRole(role)) {
    throw new LumbungError('bad_input', `there is no role ${role}; roles are ${Object.keys(matrix).join(', ')}`);
  }
  for (const text of scope) {
    const parsed = scopeText.safeParse(text);
    if (!parsed.success) throw new LumbungError('bad_input', `--scope ${text}: ${parsed.error.issues[0]?.message}`);
  }
}

export function addAccessVerbs(program: Command, print: Print): void {
  program
    .command('token')
    .description('print a bearer token for the API')
    .requiredOption('--role <role>', 'e.g. PLATFORM_ANALYST or SPPG_KEPALA')
    .option('--scope <scope...>', SCOPE, ['national'])
    .option('--ttl <duration>', 'e.g. 15m, 1h, 7d', '1h')
    .option('--subject <name>', 'whom the token names', 'cli')
    .action(async ({ role, scope, ttl, subject }: Grant & { ttl: string; subject: string }) => {
      const config = loadConfig();
      checkGrant({ role, scope });
      const token = await signToken(authSecret(config), { sub: subject, role, scope }, ttl);
      const detail = { role, scope, ttl };
      await auditOf(config).append({ action: 'token_issued', actor: systemActor(), target: subject, detail });
      print(token);
    });

  const key = program
    .command('key')
    .description('API keys for programs: role and scope like a person, until they expire');
  const tell = (made: { id: string; key: string; expiresAt: string }, json: boolean | undefined) =>
    print(
      json
        ? JSON.stringify(made)
        : `${made.key}\n\nShown this once. Send it as "Authorization: Bearer …"; id ${made.id}, valid until ${made.expiresAt.slice(0, 10)}.`,
    );
  key
    .command('create')
    .description('make a key and print it, once')
    .requiredOption('--name <name>', 'which program it is for')
    .requiredOption('--role <role>', 'e.g. PLATFORM_ANALYST')
    .requiredOption('--scope <scope...>', SCOPE)
    .option('--days <n>', `valid for so many days, at most ${MAX_DAYS}`, count, 90)
    .option('--json', 'for programs')
    .action(async ({ name, role, scope, days, json }: Grant & { name: string; days: number; json?: boolean }) => {
      checkGrant({ role, scope });
      if (days < 1 || days > MAX_DAYS) throw new LumbungError('bad_input', `--days must lie between 1 and ${MAX_DAYS}`);
      await withWarehouse(async (warehouse, _config, record) => {
        const made = await createKey(warehouse, { name, role, scope }, days);
        await record('key_created', { target: made.id, detail: { name, role, scope, days } });
        tell(made, json);
      });
    });
  key
    .command('list')
    .description('every key, without its secret')
    .option('--json', 'for programs')
    .action(({ json }: { json?: boolean }) =>
      withWarehouse(async (warehouse) => {
        const keys = await listKeys(warehouse);
        if (json) return print(JSON.stringify(keys));
        if (keys.length === 0) return print('There are no keys: "lumbung key create" makes one.');
        for (const { id, state, expiresAt, role, scope, name } of keys) {
          print(
            `${id}  ${state.padEnd(8)}  until ${expiresAt.slice(0, 10)}  ${role.padEnd(20)}  ${scope.join(' ')}  ${name}`,
          );
        }
      }),
    );
  key
    .command('rotate')
    .argument('<id>', 'as "key list" shows it')
    .description('make a new key of the same role, scope and time; the old one goes on for a while')
    .option('--grace <hours>', 'how long the old key goes on', count, 24)
    .option('--json', 'for programs')
    .action((id: string, { grace, json }: { grace: number; json?: boolean }) =>
      withWarehouse(async (warehouse, _config, record) => {
        const made = await rotateKey(warehouse, id, grace);
        await record('key_rotated', { target: id, detail: { to: made.id, graceHours: grace } });
        tell(made, json);
      }),
    );
  key
    .command('revoke')
    .argument('<id>', 'as "key list" shows it')
    .description('end a key now; every process refuses it within seconds')
    .action((id: string) =>
      withWarehouse(async (warehouse, _config, record) => {
        const { name } = await revokeKey(warehouse, id);
        await record('key_revoked', { target: id, detail: { name } });
        print(`Key ${id} (${name}) is revoked.`);
      }),
    );

  const accounts = program
    .command('accounts')
    .description('print the SQL of accounts on a ClickHouse server, for its administrator to run');
  accounts
    .command('api')
    .description('the account of the api role: reads, and adds to the few tables it writes')
    .action(() => print(apiAccountSql(loadConfig().CLICKHOUSE_CLUSTER)));
  accounts
    .command('reader')
    .description('an account that reads figures only, within a role and a scope (row policies)')
    .requiredOption('--name <name>', 'letters, digits and _')
    .requiredOption('--role <role>', 'e.g. KPPG')
    .requiredOption('--scope <scope...>', SCOPE)
    .action(({ name, role, scope }: Grant & { name: string }) => {
      checkGrant({ role, scope });
      print(readerSql(name, role, scope, loadConfig().CLICKHOUSE_CLUSTER));
    });
}
