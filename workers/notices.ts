/**
 * What people are told of without asking: a KPI crossed its threshold, an incident was reported, a table was quarantined, a
 * report is due.
 * Invariants: told when it changes, not while it lasts; the same subject at most once in its quiet time; what was there before
 * anybody looked is not news. Redis remembers: when it forgets, the present state is taken as known.
 */
import type { Logger } from '../platform/log.ts';
import type { UserNotice } from '../platform/queues.ts';
import type { Redis } from '../platform/redis.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { addDays } from '../warehouse/days.ts';
import { figureOf, findKpi, kpiValue, registry, type Status, statusOf } from '../warehouse/kpis/registry.ts';
import { readFreshness, readTables } from '../warehouse/ledger.ts';
import { paymentRisks } from '../warehouse/queries/payment_risks.ts';
import { readTargets, targetOf } from '../warehouse/queries/targets.ts';
import { readTouchedScopes } from '../warehouse/queries/touched.ts';
import { amountsOfDays, watchedRatios } from '../warehouse/queries/watched.ts';
import { announceNotice } from './announce.ts';

/** Reported by feedback of a day, and by a programme's monitoring of a month. */
const DAY_INCIDENTS = ['suspected_incidents'];
const MONTH_INCIDENTS = ['food_safety_incidents'];
const LOOKED_KEY = 'lumbung:noticed:incidents';
const QUIET_SECONDS = 15 * 60;
const QUIET_REPORT_SECONDS = 20 * 3_600;
const REMEMBERED_SECONDS = 3 * 86_400;
/** Reports are announced from so many days before they are due. */
const DUE_WITHIN_DAYS = 3;
/** Kitchens whose thresholds are looked at in one round; a wave that touches more is told of by their provinces. */
const KITCHENS_A_ROUND = 1_000;
const SEVERITY: readonly Status[] = ['none', 'ok', 'warn', 'critical'];

type Context = { warehouse: Warehouse; redis: Redis; log: Logger };
type Told = Omit<UserNotice, 'epoch' | 'offset' | 'at'>;

export type Notices = { look(): Promise<void> };

/** `clock` tells the instant in milliseconds. */
export function createNotices({ warehouse, redis, log }: Context, clock = Date.now): Notices {
  let since: number | undefined;

  const tell = async (told: Told, quietSeconds = QUIET_SECONDS) => {
    const key = `lumbung:quiet:${told.kind}:${told.channel}:${told.subject}`;
    if ((await redis.set(key, '1', 'EX', quietSeconds, 'NX')) !== 'OK') return;
    await announceNotice(redis, { ...told, at: new Date().toISOString() });
    log.info({ kind: told.kind, channel: told.channel, subject: told.subject }, 'notice');
  };
  /** The former value of each name, with the new ones remembered; undefined where this is the first look. */
  const remember = async (memory: string, values: ReadonlyMap<string, string>, looked?: boolean) => {
    const key = `lumbung:noticed:${memory}`;
    const names = [...values.keys()];
    const known = looked ?? (await redis.hget(key, '')) !== null;
    const former = names.length === 0 ? [] : await redis.hmget(key, ...names);
    await redis.hset(key, { '': '1', ...Object.fromEntries(values) });
    await redis.expire(key, REMEMBERED_SECONDS);
    return known ? new Map(names.map((name, index) => [name, former[index] ?? undefined])) : undefined;
  };

  const thresholds = async (day: string, units: { kitchens: string[]; provinces: string[] }) => {
    // A share is judged while its day goes on, and so is a count that has a limit; a sum that is to reach one is not.
    const watched = registry.filter(
      ({ id, target, den, direction, grain, state }) =>
        target !== null &&
        (den !== undefined || direction === 'down') &&
        !grain &&
        !state &&
        !DAY_INCIDENTS.includes(id),
    );
    const ids = watched.map((kpi) => kpi.id);
    const [rows, targets] = await Promise.all([watchedRatios(warehouse, day, ids, units), readTargets(warehouse)]);
    const judged = rows.flatMap((row) => {
      const kpi = findKpi(row.kpi);
      // Its own people are not the only ones who read a kitchen's channel.
      if (kpi === undefined || figureOf({ ...kpi, withheld: kpi.people ?? [] }, row.num, row.den).withheld) return [];
      const target = targetOf(kpi, targets, ['national', `province:${row.province}`, row.scope], day);
      const value = kpiValue(kpi, row.num, row.den);
      return [{ kpi, value, target, scope: row.scope, status: statusOf({ ...kpi, target }, value) }];
    });
    const name = (one: (typeof judged)[number]) => `${one.scope} ${one.kpi.id}`;
    const former = await remember(`status:${day}`, new Map(judged.map((one) => [name(one), one.status])));
    if (former === undefined) return;
    for (const one of judged) {
      const before = (former.get(name(one)) ?? 'ok') as Status;
      const worse = SEVERITY.indexOf(one.status) - Math.max(1, SEVERITY.indexOf(before));
      const better = one.status === 'ok' && (before === 'warn' || before === 'critical');
      if (worse <= 0 && !better) continue;
      const { value, target, status, scope, kpi } = one;
      const detail = { kpi: kpi.id, day, value, status, low: target?.low ?? null, high: target?.high ?? null };
      await tell({ channel: scope, kind: 'threshold', owner: kpi.owner, subject: `${kpi.id}:${status}`, detail });
    }
  };

  /**
   * Incidents of the days that go on somewhere (in the east it may be tomorrow) and of the one before, for the late; of the months
   * alike. What there is at the very first look is known; a day that begins later begins with nothing.
   */
  const incidents = async (today: string, easternDay: string, refreshes: { since: number; until: number }) => {
    const month = `${easternDay.slice(0, 8)}01`;
    const lastMonth = `${addDays(month, -1).slice(0, 8)}01`;
    const looked = (await redis.get(LOOKED_KEY)) !== null;
    const read = (days: readonly string[], kpis: readonly string[]) =>
      amountsOfDays(warehouse, [...new Set(days)], kpis, looked ? refreshes : undefined);
    const rows = (
      await Promise.all([
        read([addDays(today, -1), today, easternDay], DAY_INCIDENTS),
        read([lastMonth, month], MONTH_INCIDENTS),
      ])
    ).flat();
    const name = (row: (typeof rows)[number]) => `${row.scope} ${row.kpi}`;
    for (const day of new Set(rows.map((row) => row.date))) {
      const own = rows.filter((row) => row.date === day);
      const counts = new Map(own.map((row) => [name(row), String(row.num)]));
      const former = await remember(`incidents:${day}`, counts, looked);
      for (const row of former === undefined ? [] : own) {
        if (row.num <= Number(former?.get(name(row)) ?? 0)) continue;
        const owner = findKpi(row.kpi)?.owner;
        const detail = { scope: row.scope, kpi: row.kpi, day, count: row.num };
        for (const channel of [row.scope, `province:${row.province}`, 'national'])
          await tell({ channel, kind: 'incident', owner, subject: `${row.scope}:${row.kpi}:${row.num}`, detail });
      }
    }
    await redis.set(LOOKED_KEY, '1', 'EX', REMEMBERED_SECONDS);
  };

  const quarantines = async () => {
    const tables = await readTables(warehouse);
    const former = await remember('tables', new Map(tables.map(({ table, state }) => [table, state])));
    for (const { table, state } of former === undefined ? [] : tables) {
      const before = former?.get(table);
      if (before === undefined || (state === 'quarantined') === (before === 'quarantined')) continue;
      await tell({ channel: 'system', kind: 'quarantine', subject: `${table}:${state}`, detail: { table, state } });
    }
  };

  const reports = async (day: string) => {
    if ((await redis.set(`lumbung:quiet:reports:${day}`, '1', 'EX', QUIET_REPORT_SECONDS, 'NX')) !== 'OK') return;
    const { total, late, items } = await paymentRisks(warehouse, { level: 'national', id: '' }, day, 1_000);
    const due = items.filter(({ daysLeft }) => daysLeft <= DUE_WITHIN_DAYS);
    for (const { scope, period, due: until, daysLeft } of due) {
      const detail = { period, due: until, daysLeft };
      await tell(
        { channel: scope, kind: 'report_due', owner: 'finance', subject: period, detail },
        QUIET_REPORT_SECONDS,
      );
    }
    if (due.length === 0) return;
    await tell(
      { channel: 'national', kind: 'report_due', owner: 'finance', subject: day, detail: { total, late } },
      QUIET_REPORT_SECONDS,
    );
  };

  return {
    async look() {
      const now = clock();
      const dayAt = (hours: number) => new Date(now + hours * 3_600_000).toISOString().slice(0, 10);
      const day = dayAt(7);
      await quarantines();
      await reports(day);
      const { seq } = await readFreshness(warehouse);
      const from = since ?? Math.max(0, seq - 1);
      if (from === seq) return;
      const scopes = await readTouchedScopes(warehouse, from, seq);
      const ids = (level: string) =>
        scopes.flatMap(({ scope }) => (scope.startsWith(`${level}:`) ? [scope.slice(level.length + 1)] : []));
      const kitchens = ids('sppg').slice(0, KITCHENS_A_ROUND);
      await thresholds(day, { kitchens, provinces: ids('province') });
      await incidents(day, dayAt(9), { since: from, until: seq });
      // Only now: what failed half-way is looked at again.
      since = seq;
    },
  };
}
