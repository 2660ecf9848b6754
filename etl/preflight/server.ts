/** Preflight of the server: version, role of the server, WAL settings, and the slot when it is already there. */
import type { ClientBase } from 'pg';
import { SLOT } from '../source_setup.ts';
import type { Finding } from './finding.ts';

const OLDEST_VERSION = 130_000;
const OLDEST_MAINTAINED_VERSION = 140_000;
const SMALL_BUDGET_MB = 1_024;
const SUGGESTED_BUDGET = '10GB';
/** The stream has a slot and a sender; while a table is copied, a temporary one of each comes on top. */
const NEEDED = 2;
/** Slots of Lumbung; parameter 1 is the name of the stream's. */
const OWN = "(slot_name = $1 OR slot_name LIKE 'lumbung\\_copy\\_%')";

/** What `server_version_num` says. */
export function versionFinding(version: number): Finding[] {
  const major = Math.floor(version / 10_000);
  if (version < OLDEST_VERSION) {
    const why = 'Publications of partitioned tables and the WAL budget came with Postgres 13. Upgrade the server.';
    return [{ level: 'error', code: 'version', what: `Postgres ${major} is not supported`, why, sql: [] }];
  }
  if (version < OLDEST_MAINTAINED_VERSION) {
    const why = 'Its community support has ended: faults in logical decoding are no longer mended. Plan the upgrade.';
    return [{ level: 'warning', code: 'version', what: `Postgres ${major} is no longer maintained`, why, sql: [] }];
  }
  return [];
}

/** A standby takes no publication and writes no WAL of its own. */
export async function standbyFinding(client: ClientBase): Promise<Finding[]> {
  const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
  if (!rows[0]?.standby) return [];
  const why = 'Publication and slot belong to the primary. Let DATABASE_URL name the primary, or promote this server.';
  return [{ level: 'error', code: 'standby', what: 'this server is a standby', why, sql: [] }];
}

type Settings = {
  wal_level: string;
  max_replication_slots: number;
  max_wal_senders: number;
  keep_mb: number;
  sender_timeout: number;
  slots: number;
  senders: number;
};

export async function settingFindings(client: ClientBase): Promise<Finding[]> {
  const { rows } = await client.query<Settings>(
    `SELECT current_setting('wal_level') AS wal_level,
       current_setting('max_replication_slots')::int AS max_replication_slots,
       current_setting('max_wal_senders')::int AS max_wal_senders,
       (SELECT setting::int FROM pg_settings WHERE name = 'max_slot_wal_keep_size') AS keep_mb,
       (SELECT setting::int FROM pg_settings WHERE name = 'wal_sender_timeout') AS sender_timeout,
       (SELECT count(*)::int FROM pg_replication_slots WHERE NOT ${OWN}) AS slots,
       (SELECT count(*)::int FROM pg_stat_replication r WHERE NOT EXISTS (
          SELECT FROM pg_replication_slots WHERE ${OWN} AND active_pid = r.pid)) AS senders`,
    [SLOT],
  );
  const now = rows[0] as Settings;
  const findings: Finding[] = [];
  if (now.wal_level !== 'logical') {
    findings.push({
      level: 'error',
      code: 'wal_level',
      what: `wal_level is ${now.wal_level}, not logical`,
      why: 'Without it the WAL does not say which rows changed.',
      sql: [`ALTER SYSTEM SET wal_level = 'logical'`],
      restart: true,
    });
  }
  for (const [setting, taken, kind] of [
    ['max_replication_slots', now.slots, 'replication slots'],
    ['max_wal_senders', now.senders, 'WAL senders'],
  ] as const) {
    const free = now[setting] - taken;
    if (free >= NEEDED) continue;
    findings.push({
      level: 'error',
      code: setting,
      what: `others use ${taken} of ${now[setting]} ${kind}: ${Math.max(0, free)} left`,
      why: `Lumbung needs ${NEEDED}: one for the stream, and one while a table is copied.`,
      sql: [`ALTER SYSTEM SET ${setting} = ${taken + NEEDED + 3}`],
      restart: true,
    });
  }
  const budgetSql = [`ALTER SYSTEM SET max_slot_wal_keep_size = '${SUGGESTED_BUDGET}'`, 'SELECT pg_reload_conf()'];
  if (now.keep_mb < 0) {
    findings.push({
      level: 'warning',
      code: 'wal_budget_unset',
      what: 'max_slot_wal_keep_size is not set',
      why: 'While Lumbung is down its slot keeps WAL without limit, until the disk of the source is full. Set what the disk can spare.',
      sql: budgetSql,
    });
  } else if (now.keep_mb < SMALL_BUDGET_MB) {
    findings.push({
      level: 'warning',
      code: 'wal_budget_small',
      what: `max_slot_wal_keep_size is only ${now.keep_mb} MB`,
      why: 'A short outage of Lumbung uses it up; the slot is then lost and everything is copied again.',
      sql: budgetSql,
    });
  }
  if (now.sender_timeout === 0) {
    findings.push({
      level: 'warning',
      code: 'wal_sender_timeout',
      what: 'wal_sender_timeout is 0',
      why: 'A capture that vanished without a word would hold the slot for ever, and no other could take over.',
      sql: [`ALTER SYSTEM SET wal_sender_timeout = '60s'`, 'SELECT pg_reload_conf()'],
    });
  }
  return findings;
}

type Slot = { plugin: string | null; database: string | null; here: boolean; active: boolean; lost: boolean };

/** A slot of our name: ours and usable, or in the way. */
export async function slotFindings(client: ClientBase): Promise<Finding[]> {
  const { rows } = await client.query<Slot>(
    `SELECT plugin, database, coalesce(database = current_database(), false) AS here, active,
       coalesce(wal_status = 'lost', false) AS lost FROM pg_replication_slots WHERE slot_name = $1`,
    [SLOT],
  );
  const slot = rows[0];
  if (slot === undefined) return [];
  const drop = `SELECT pg_drop_replication_slot('${SLOT}')`;
  if (slot.plugin !== 'pgoutput') {
    return [
      {
        level: 'error',
        code: 'slot_plugin',
        what: `the slot "${SLOT}" is ${slot.plugin === null ? 'physical' : `of plugin ${slot.plugin}`}, not pgoutput`,
        why: 'Lumbung reads pgoutput. If nothing else needs the slot, drop it; Lumbung creates its own.',
        sql: [drop],
      },
    ];
  }
  if (!slot.here) {
    return [
      {
        level: 'error',
        code: 'slot_database',
        what: `the slot "${SLOT}" belongs to the database "${slot.database}"`,
        why: 'Slot names are unique in the whole server. If nothing reads that database any more, drop the slot.',
        sql: [drop],
      },
    ];
  }
  if (slot.lost) {
    return [
      {
        level: 'warning',
        code: 'slot_lost',
        what: `the slot "${SLOT}" is lost: the WAL it needs has been removed`,
        why: 'The slot is of no more use. With the capture running, "lumbung snapshot --all" copies every table again.',
        sql: [drop],
      },
    ];
  }
  if (!slot.active) {
    return [
      {
        level: 'warning',
        code: 'slot_inactive',
        what: `the slot "${SLOT}" is there and nothing reads it`,
        why: 'It keeps WAL until the capture role runs: start it, or drop the slot if Lumbung is not to run any more.',
        sql: [],
      },
    ];
  }
  return [];
}
