/**
 * Configuration: the only reader of process.env.
 * Invariant: a process either starts with a complete, valid Config or stops with one message per fault.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import dotenv from 'dotenv';
import { validate as isCron } from 'node-cron';
import { z } from 'zod';
import { LumbungError } from './errors.ts';
import { sentinelOptions } from './redis_address.ts';

const port = z.coerce.number().int().min(0).max(65535);
const optionalText = z
  .string()
  .trim()
  .transform((value) => (value === '' ? undefined : value))
  .optional();
const url = (...protocols: string[]) =>
  optionalText.refine(
    (value) => {
      if (value === undefined) return true;
      try {
        return protocols.includes(new URL(value).protocol);
      } catch {
        return false;
      }
    },
    `must be a URL starting with ${protocols.map((p) => `${p}//`).join(' or ')}`,
  );

const schedule = z.string().refine(isCron, 'must be a cron expression, e.g. "30 * * * *"');

/** Settings that hold a secret. Each may be given by the file `<name>_FILE` names instead, as containers are given theirs. */
export const secretSettings = [
  'DATABASE_URL',
  'CLICKHOUSE_URL',
  'REDIS_URL',
  'AUTH_SECRET',
  'AUTH_CLIENT_SECRET',
] as const;
const secretFiles = Object.fromEntries(secretSettings.map((name) => [`${name}_FILE`, optionalText])) as Record<
  `${(typeof secretSettings)[number]}_FILE`,
  typeof optionalText
>;

/** Every environment variable the product reads, with its default. Documented in docs/configure.md. */
export const environment = z.object({
  PORT: port.default(3000),
  HOST: z.string().default('127.0.0.1'),
  DATA_DIR: z.string().default('.lumbung'),
  DATABASE_URL: url('postgres:', 'postgresql:'),
  CLICKHOUSE_URL: url('http:', 'https:'),
  CLICKHOUSE_PORT: port.default(8123),
  CLICKHOUSE_CLUSTER: optionalText.refine(
    (name) => name === undefined || /^[A-Za-z0-9_.-]+$/.test(name),
    'must be the name of a cluster: letters, digits, _ . and -',
  ),
  REDIS_URL: optionalText.refine(
    (value) =>
      value === undefined || sentinelOptions(value) !== undefined || url('redis:', 'rediss:').safeParse(value).success,
    'must be a URL starting with redis:// or rediss://, or redis+sentinel://host:port,host:port/name of the primary',
  ),
  DEMO_UNITS: z.coerce.number().int().min(1).max(100_000).default(200),
  DEMO_DAYS: z.coerce.number().int().min(1).max(1_000).default(60),
  DEMO_SEED: z.coerce.number().int().default(1),
  SIMULATE: z
    .union([z.literal('off'), z.coerce.number().positive().max(10_000)], {
      error: 'must be "off" or a number of changes per second',
    })
    .optional(),
  SITE: z.enum(['on', 'off']).default('on'),
  SITE_UNITS_MINUTES: z.coerce.number().min(0).max(1_440).default(5),
  SITE_TIMEOUT_MINUTES: z.coerce.number().positive().max(1_440).default(60),
  SITE_MEMORY_MB: z.coerce.number().int().min(128).max(65_536).default(1_024),
  SITE_RELEASES: z.coerce.number().int().min(2).max(100).default(5),
  SYNC_MODE: z.enum(['change', 'schedule']).default('change'),
  SYNC_INTERVAL_SECONDS: z.coerce.number().min(1).max(86_400).default(30),
  SCHEDULE_RECONCILE: schedule.default('30 * * * *'),
  SCHEDULE_PRUNE: schedule.default('10 19 * * *'),
  SCHEDULE_SITE: schedule.default('20 0 * * *'),
  RECONCILE_ROWS_PER_SECOND: z.coerce.number().int().min(1).max(1_000_000).default(5_000),
  HOLIDAYS_FILE: optionalText,
  FORTNIGHTS_FILE: optionalText,
  TARGETS_FILE: optionalText,
  WILAYAH_FILE: optionalText,
  TEAM_SIZE: z.coerce.number().int().min(1).max(1_000).default(47),
  GRACE_DAYS: z.coerce.number().int().min(0).max(60).default(3),
  AUTH_SECRET: z.string().min(16, 'must be at least 16 characters').optional(),
  AUTH_JWKS_URL: url('http:', 'https:'),
  AUTH_ISSUER: optionalText,
  AUTH_AUDIENCE: optionalText,
  AUTH_CLIENT_ID: optionalText,
  AUTH_CLIENT_SECRET: optionalText,
  AUTH_SCOPES: z.string().default('openid profile offline_access'),
  AUTH_ROLE_CLAIM: z.string().default('role'),
  AUTH_SCOPE_CLAIM: z.string().default('scope'),
  PUBLIC_URL: url('http:', 'https:'),
  TLS_CERT_FILE: optionalText,
  TLS_KEY_FILE: optionalText,
  TRUST_PROXY: optionalText,
  RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000_000).default(1_200),
  LIVE_SOCKETS_PER_ADDRESS: z.coerce.number().int().min(1).max(1_000_000).default(1_000),
  LIVE_SOCKETS_PER_USER: z.coerce.number().int().min(1).max(1_000_000).default(50),
  EXPORT_DAYS: z.coerce.number().int().min(1).max(3_650).default(7),
  /** Exports whose download asks what for; the answer goes to the audit trail. */
  EXPORT_REASON_FOR: optionalText,
  DELIVERY_HOSTS: optionalText,
  DELIVERY_SECRETS: optionalText,
  DELIVERY_OUTBOX: optionalText,
  DELIVERY_TIMEOUT_SECONDS: z.coerce.number().int().min(1).max(3_600).default(300),
  SMTP_URL: url('smtp:', 'smtps:'),
  MAIL_FROM: optionalText,
  SIGN_P12_FILE: optionalText,
  SIGN_P12_PASSWORD_FILE: optionalText,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  LOG_PRETTY: z.enum(['on', 'off']).optional(),
  ALIVE_FILE: optionalText,
  ...secretFiles,
  /** Tests only: ends the process at a named place (platform/failpoints.ts). */
  LUMBUNG_FAILPOINT: optionalText,
  /** Set by `lumbung start` for its children: the source is the embedded demo, so demo sign-ins are offered. */
  LUMBUNG_DEMO: z.enum(['1']).optional(),
});

/** Keys that only make sense together; said like any other fault. */
const complete = environment.superRefine((value, context) => {
  const needs = (key: keyof typeof value, others: (keyof typeof value)[], why: string) => {
    const missing = others.filter((other) => value[other] === undefined);
    if (value[key] !== undefined && missing.length > 0) {
      context.addIssue({ code: 'custom', path: [key], message: `needs ${missing.join(' and ')}: ${why}` });
    }
  };
  needs('CLICKHOUSE_CLUSTER', ['CLICKHOUSE_URL'], 'the embedded engine is one server, not a cluster');
  needs('AUTH_JWKS_URL', ['AUTH_ISSUER', 'AUTH_AUDIENCE'], 'tokens made for other programs would be taken');
  needs('SMTP_URL', ['MAIL_FROM'], 'e-mail has a sender');
  needs('AUTH_CLIENT_ID', ['AUTH_ISSUER', 'PUBLIC_URL'], 'sign-in sends people to the issuer and back to this address');
});

export type Config = z.infer<typeof environment> & { dataDir: string; demo: boolean };

/** Reads `.env` (without overriding the environment) and validates; throws `config` with one line per fault. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const merged: Record<string, string> = {};
  if (existsSync('.env')) Object.assign(merged, dotenv.parse(readFileSync('.env')));
  for (const [key, value] of Object.entries(env)) if (value !== undefined && value !== '') merged[key] = value;
  const unread = readSecretFiles(merged);
  const parsed = complete.safeParse(merged);
  if (!parsed.success || unread.length > 0) {
    const invalid = parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];
    const faults = [...unread, ...invalid];
    throw new LumbungError('config', `configuration is not valid:\n  ${faults.join('\n  ')}\nSee docs/configure.md.`);
  }
  if ((parsed.data.TLS_CERT_FILE === undefined) !== (parsed.data.TLS_KEY_FILE === undefined)) {
    throw new LumbungError('config', 'TLS_CERT_FILE and TLS_KEY_FILE are set together, or not at all');
  }
  return { ...parsed.data, dataDir: resolve(parsed.data.DATA_DIR), demo: parsed.data.LUMBUNG_DEMO === '1' };
}

/** Puts secrets that files hold in their place; a value given directly counts before a file. Returns what could not be read. */
function readSecretFiles(settings: Record<string, string>): string[] {
  return secretSettings.flatMap((name) => {
    const file = settings[`${name}_FILE`];
    if (file === undefined || settings[name] !== undefined) return [];
    try {
      const secret = readFileSync(file, 'utf8').trim();
      if (secret === '') return [`${name}_FILE: ${file} is empty`];
      settings[name] = secret;
      return [];
    } catch (error) {
      return [`${name}_FILE: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`];
    }
  });
}

/** Returns the named URL or says which variable is missing and what to do. */
export function requireUrl(config: Config, name: 'DATABASE_URL' | 'CLICKHOUSE_URL' | 'REDIS_URL'): string {
  const value = config[name];
  if (value === undefined) {
    throw new LumbungError(
      'config',
      `${name} is not set. Set it to the server this role should use, or run "npm start" to use embedded engines.`,
    );
  }
  return value;
}

/** The token-signing secret: AUTH_SECRET, or one generated once into DATA_DIR (mode 0600). */
export function authSecret(config: Config): Uint8Array {
  if (config.AUTH_SECRET !== undefined) return new TextEncoder().encode(config.AUTH_SECRET);
  const file = join(config.dataDir, 'auth-secret');
  if (!existsSync(file)) {
    mkdirSync(config.dataDir, { recursive: true });
    try {
      writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      // Another role created it in the same moment: use theirs.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return new TextEncoder().encode(readFileSync(file, 'utf8'));
}

/** The configuration as the audit trail keeps it: no secrets, addresses without passwords. */
export function auditedSettings(config: Config): Record<string, unknown> {
  const told = Object.keys(environment.shape).filter((key) => !/SECRET|FAILPOINT/.test(key));
  return Object.fromEntries(
    told.flatMap((key) => {
      const value = config[key as keyof Config];
      if (value === undefined) return [];
      if (typeof value !== 'string' || !key.endsWith('_URL')) return [[key, value]];
      return [[key, value.replace(/\/\/[^/]*@/, '//').replace(/\?.*$/, '')]];
    }),
  );
}

/** Whom the audit trail names for what is done on the machine itself. */
export function systemActor(): string {
  try {
    return `system:${userInfo().username}`;
  } catch {
    // A container may run as a number that has no name.
    return `system:${process.getuid?.() ?? 'unknown'}`;
  }
}

/** The environment a child process should inherit (the supervisor adds addresses to it). */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env };
}
