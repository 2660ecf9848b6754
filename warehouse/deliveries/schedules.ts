/**
 * Schedules of deliveries: which document is made when, for whom, and where it goes. Data, kept as JSON in ops.delivery_schedules.
 * Invariants: no secret is in it, only the name of one (a file of DELIVERY_SECRETS); every recipient has a scope and a role of its
 * own, and a document is made for these, never for whoever wrote the schedule.
 */
import { CronExpressionParser } from 'cron-parser';
import { z } from 'zod';
import { scopeText } from '../../platform/tokens.ts';
import type { Warehouse } from '../client.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,60}$/, 'must be lower-case letters, digits, - and _');
const host = z.string().regex(/^[A-Za-z0-9.-]{1,253}$/, 'must be a host name or an address');
const port = z.number().int().min(1).max(65_535);
/** May hold {scope}, {period} and {report}. */
const folder = z
  .string()
  .max(400)
  .refine((text) => !text.split('/').includes('..') && !/[\0\\]/.test(text), 'must not leave its folder');
const https = z.url({ protocol: /^https?$/ }).max(1_000);

export const target = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('folder'), folder }),
  z.strictObject({
    ...{
      kind: z.literal('sftp'),
      host,
      port: port.default(22),
      user: z.string().min(1).max(100),
      secret: name,
      folder,
    },
    /** SHA-256 of the host's key, as `ssh-keygen -lf` prints it without "SHA256:": whoever else answers gets nothing. */
    hostKey: z.string().regex(/^[A-Za-z0-9+/]{43}$/, 'must be the SHA-256 of the host key in base64, without "="'),
  }),
  z.strictObject({ kind: z.literal('email'), to: z.array(z.email()).min(1).max(50) }),
  z.strictObject({
    ...{ kind: z.literal('s3'), endpoint: https, region: z.string().max(60).default('us-east-1'), secret: name },
    ...{ bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,62}$/), prefix: folder.default('') },
  }),
  z.strictObject({ kind: z.literal('webhook'), url: https, secret: name }),
]);
export type Target = z.infer<typeof target>;

const recipient = z.strictObject({
  scope: scopeText,
  /** One for each unit of that level below the scope, instead of one for the scope. */
  each: z.enum(['province', 'regency']).optional(),
  /** The document holds what this role sees. */
  role: z.string().regex(/^[A-Z_]{2,40}$/),
  target,
});
export type Recipient = z.infer<typeof recipient>;

const zone = z.string().refine((text) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}, 'must be a time zone, e.g. Asia/Jakarta');

export const scheduleInput = z
  .strictObject({
    id: name,
    report: z.string().regex(/^[a-z0-9_-]{1,60}$/),
    format: z.string().regex(/^[a-z0-9-]{1,10}$/),
    cron: z.string().max(100),
    zone: zone.default('Asia/Jakarta'),
    /** The last whole one before the run. */
    period: z.enum(['day', 'fortnight', 'month']),
    recipients: z.array(recipient).min(1).max(1_000),
    gate: z
      .strictObject({
        /** Share of the reports due that must be there. */
        completeness: z.number().min(0).max(1).default(0.95),
        /** Rows that each table must have at least; lists of what is wrong or missing may be empty. */
        rows: z.number().int().min(0).default(1),
        /** What it must have become in the register before it goes out. */
        state: z.enum(['Sementara', 'Diverifikasi', 'Disahkan']).default('Sementara'),
      })
      .default({ completeness: 0.95, rows: 1, state: 'Sementara' }),
    /** Who is told when a delivery is held or fails. */
    owner: z.strictObject({ name: z.string().min(1).max(200), email: z.email().optional() }),
    enabled: z.boolean().default(true),
  })
  .refine(({ cron, zone: tz }) => {
    try {
      return cron.trim().split(/\s+/).length === 5 && CronExpressionParser.parse(cron, { tz }) !== undefined;
    } catch {
      return false;
    }
  }, 'cron must be five fields: minute hour day month weekday, e.g. "0 7 * * *"');
export type Schedule = z.infer<typeof scheduleInput>;
export type KeptSchedule = Schedule & { version: number; changedBy: string; changedAt: string };

type Row = { body: string; version: number; changedBy: string; changedAt: string };
const columns = `body, version, changed_by AS changedBy, formatDateTime(changed_at, '%Y-%m-%dT%H:%i:%S.%fZ') AS changedAt`;
const read = ({ body, ...row }: Row): KeptSchedule => ({ ...scheduleInput.parse(JSON.parse(body)), ...row });

export async function listSchedules(warehouse: Warehouse): Promise<KeptSchedule[]> {
  const rows = await warehouse.query<Row>(
    `SELECT ${columns} FROM ops.delivery_schedules FINAL WHERE NOT removed ORDER BY id`,
  );
  return rows.map(read);
}

export async function readSchedule(warehouse: Warehouse, id: string): Promise<KeptSchedule | undefined> {
  const [row] = await warehouse.query<Row>(
    `SELECT ${columns} FROM ops.delivery_schedules FINAL WHERE id = {id:String} AND NOT removed`,
    { id },
  );
  return row && read(row);
}

export async function writeSchedule(
  warehouse: Warehouse,
  schedule: Schedule,
  by: string,
  removed = false,
): Promise<void> {
  const [row] = await warehouse.query<{ last: number }>(
    'SELECT max(version) AS last FROM ops.delivery_schedules WHERE id = {id:String}',
    { id: schedule.id },
  );
  const { id } = schedule;
  await warehouse.insertRows('ops.delivery_schedules', [
    { id, version: (row?.last ?? 0) + 1, body: JSON.stringify(scheduleInput.parse(schedule)), removed, changed_by: by },
  ]);
}

/** The time the schedule fell due last, and when it does next. */
export function dueTimes(
  { cron, zone: tz }: Pick<Schedule, 'cron' | 'zone'>,
  now: Date,
): { last: string; next: string } {
  const at = (from: Date) => CronExpressionParser.parse(cron, { currentDate: from, tz });
  return {
    last: at(new Date(now.getTime() + 1))
      .prev()
      .toDate()
      .toISOString(),
    next: at(now).next().toDate().toISOString(),
  };
}

/** What its runs are called in ops.schedule_runs. */
export const runsOf = (schedule: string) => `deliver:${schedule}`;
