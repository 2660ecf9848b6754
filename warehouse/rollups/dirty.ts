/**
 * From changed rows to dirty cells (domain rule 6), set-based: a claim is an INSERT … SELECT or two side by side.
 * Invariant: every cell a changed row belongs to now, or ever belonged to, or that joins to it, is in the claim.
 * A place keeps every position a key has had, so both ends of a move are found without ordering the loads.
 */

import type { FactName } from '../kpis/kpi.ts';
import { monthOf, once } from './facts/cells.ts';
import { monitoredMonth } from './facts/periods.ts';
import { facts } from './facts.ts';

/**
 * Marks of the stream with lsn in [from, to), out-of-band marks by id, and the time from the last refresh to this one. LSNs
 * are decimal strings; `told` and `now` are source commit times (DateTime64 text, UTC).
 */
export type MarkRange = { from: string; to: string; marks: readonly string[]; told: string; now: string };

/**
 * SQL (in parentheses) of the keys to expand: of every change of the table, or only those that came or went, or that had more than one value ever of what
 * their places say: of a key that never had another, no row that joins to it has changed. `few` when what is found by them can be held.
 */
type Keys = { changed: string; varied: (of: string) => string; since: Since; few: boolean };

const changesOf = (table: string) =>
  `FROM ops.changes WHERE lsn >= {from:UInt64} AND lsn < {to:UInt64} AND table = '${table}'`;
const marksOf = (table: string) =>
  `SELECT arrayJoin(keys) AS key FROM ops.marks WHERE table = '${table}' AND id IN ({marks:Array(UUID)})`;

/** SQL of the keys of a table that changed in the stream, and of those among them that may be gone. */
export const keysChanged = (table: string) => ({
  all: `SELECT key ${changesOf(table)}`,
  gone: `SELECT key ${changesOf(table)} AND existence`,
});
/** The same of a table's keys that were marked out of band. */
export const keysMarked = (table: string) => ({ all: marksOf(table), gone: marksOf(table) });

/** Where a key of the tables that change most is, or was. */
const placeColumns = {
  food_productions: ['key', 'sppg_id', 'at', 'ended'],
  quality_controls: ['key', 'production_id', 'at'],
  food_distributions: ['key', 'sppg_id', 'at', 'served'],
  school_distributions: ['key', 'program_id', 'at'],
};
/** The places of keys (in parentheses, as is what comes back): of few looked up once, however many cells follow from them. */
export const placesOf = (table: keyof typeof placeColumns, keys: string, few: boolean) => {
  const columns = placeColumns[table];
  const places = `SELECT ${columns.join(', ')} FROM ops.places_${table} WHERE key IN ${keys}`;
  return `(${few ? once(columns, places) : places})`;
};

const streamed = (table: string, few: boolean): Keys => {
  const { all, gone: created } = keysChanged(table);
  const changed = `(${all})`;
  const varied = (of: string) => {
    const places = placesOf(table as keyof typeof placeColumns, changed, few);
    return `(${created} UNION ALL SELECT key FROM ${places} GROUP BY key HAVING uniqExact(${of}) > 1)`;
  };
  return { since: 'told', changed, varied, few };
};
const outOfBand = (table: string, few: boolean): Keys => {
  const keys = `(${marksOf(table)})`;
  return { changed: keys, varied: () => keys, since: 'ever', few };
};

/** Every kitchen with the offset of its province in hours. */
export const zonesSql = `
  SELECT s.id AS id, transform(toString(p.timezone), ['WIB', 'WITA', 'WIT'], [7, 8, 9], 0) AS shift
  FROM (SELECT id, provinceId FROM raw.sppg FINAL WHERE NOT _deleted) AS s
  INNER JOIN (SELECT id, timezone FROM raw.provinces_indonesia FINAL WHERE NOT _deleted) AS p ON p.id = s.provinceId`;

/**
 * Local days an instant may fall on in any of the three zones (+7, +8, +9): marking all of them makes marks independent
 * of the zone, which may itself be what changed.
 */
const days = (at: string) =>
  `arrayJoin(arrayDistinct([toDate32(${at} + toIntervalHour(7)), toDate32(${at} + toIntervalHour(9))])) AS day`;

/** Checks, of a relation with (production_id, at), of the batches in one with (key, sppg_id). */
const checksIn = (checks: string, batches: string) => `
  SELECT f.sppg_id AS sppg_id, ${days('q.at')} FROM (SELECT production_id, at FROM ${checks}) AS q
  INNER JOIN (SELECT key, sppg_id FROM ${batches}) AS f ON f.key = q.production_id`;
const checksOf = (productions: string) =>
  checksIn(
    `ops.places_quality_controls WHERE production_id IN (${productions})`,
    `ops.places_food_productions WHERE key IN (${productions})`,
  );
/** Handovers of a relation with (program_id, at). */
const handoversIn = (handovers: string, programs = kitchensOfPrograms(`SELECT program_id FROM ${handovers}`)) => `
  SELECT p.sppg_id AS sppg_id, ${days('s.at')}
  FROM (SELECT program_id, at FROM ${handovers}) AS s
  INNER JOIN (${programs}) AS p ON p.key = s.program_id`;
const handoversWhere = (condition: string) => handoversIn(`ops.places_school_distributions WHERE ${condition}`);
const kitchensOfPrograms = (programs: string) =>
  `SELECT key, sppg_id FROM ops.places_nutrition_programs WHERE key IN (${programs})`;
/** Days are spread outside: beside a condition on the key they would keep the engine from the projection by key. */
const placeIn = (places: string) => `SELECT sppg_id, ${days('at')} FROM (SELECT sppg_id, at FROM ${places})`;
const place = (table: string, condition: string) => placeIn(`ops.places_${table} WHERE ${condition}`);

/** Tags cells with the facts that have to be recomputed in them; a monthly fact's cell is the month of the day. */
const tagged = (names: readonly FactName[], cells: string) => {
  const cell = (fact: FactName) => `('${fact}', ${facts[fact].grain === 'month' ? monthOf('c.day') : 'c.day'})`;
  return `SELECT cell.1 AS fact, sppg_id, cell.2 AS day FROM (
    SELECT c.sppg_id AS sppg_id, arrayJoin([${names.map(cell).join(', ')}]) AS cell FROM (${cells}) AS c)`;
};

const incidentsOf = (condition: string) => `
  SELECT p.sppg_id AS sppg_id, assumeNotNull(m.first) AS day
  FROM (
    SELECT program_id, ${monitoredMonth('month', 'year')} AS first FROM ops.places_program_monitoring WHERE ${condition}
  ) AS m
  INNER JOIN (${kitchensOfPrograms(`SELECT program_id FROM ops.places_program_monitoring WHERE ${condition}`)}) AS p ON p.key = m.program_id
  WHERE m.first IS NOT NULL`;
const programsOf = (kitchens: string) =>
  `program_id IN (SELECT key FROM ops.places_nutrition_programs WHERE sppg_id IN (${kitchens}))`;

/** From when on a change may show in the states at the ends of days: since the last refresh, or since history begins. */
type Since = 'told' | 'ever';
const historyBegins = '(SELECT min(committed_at) FROM ops.history_sppg)';
const stateFacts = ['enrolment', 'growth_month', 'stock', 'crew', 'certificate'] as const;

/** The days from the first to the last, for each row of `kitchens`. */
const eachDay = (kitchens: string, first: string, last: string) => `
  SELECT k.sppg_id AS sppg_id, arrayJoin(arrayMap(n -> ${first} + n, range(toUInt32(greatest(0, dateDiff('day', ${first}, ${last}) + 1))))) AS day
  FROM (${kitchens}) AS k`;
/** The days up to now whose ends a change may show in, whatever the zone. */
const lastDay = "toDate32({now:DateTime64(6, 'UTC')} + INTERVAL 9 HOUR)";
const daysSince = (kitchens: string, since: Since, last = lastDay) =>
  eachDay(
    `SELECT DISTINCT sppg_id FROM (${kitchens})`,
    `toDate32(${since === 'ever' ? historyBegins : `greatest({told:DateTime64(6, 'UTC')}, ${historyBegins})`} + INTERVAL 7 HOUR)`,
    last,
  );
/**
 * The last day whose end the certificates with these keys may decide for every kitchen: from the next one on another is there,
 * and has never gone since (history is read, not raw: raw may be ahead of the changes that are worked off).
 */
const lastDayWithoutOthers = (keys: string) => `least(${lastDay}, ifNull((
  SELECT toDate32(minOrNull(first) + INTERVAL 9 HOUR) - 1 FROM (
    SELECT min(committed_at) AS first FROM ops.history_food_safety_certifications
    WHERE id NOT IN ${keys} GROUP BY id HAVING max(deleted) = false
  )
), ${lastDay}))`;
const kitchensOf = (table: string, condition: string) => `SELECT sppg_id FROM ops.places_${table} WHERE ${condition}`;
const kitchensOfSchools = (keys: string) =>
  kitchensOf(
    'nutrition_programs',
    `key IN (SELECT program_id FROM ops.places_school_beneficiaries WHERE key IN ${keys})`,
  );
/** A delivery gives its month data and, where there is none since, every month that has begun (warehouse/rollups/facts/periods.ts). */
const serviceMonths = (runs: string) => `
  SELECT sppg_id, arrayJoin(arrayMap(n -> addMonths(first, n), range(toUInt32(greatest(0, dateDiff('month', first, ${lastDay})) + 1)))) AS day
  FROM (
    SELECT sppg_id, min(month) AS first
    FROM (SELECT sppg_id, ${monthOf('toDate32(at + toIntervalHour(7))')} AS month FROM ${runs})
    GROUP BY sppg_id
  )
  UNION ALL ${placeIn(runs)}`;
const fortnightsWhere = (condition: string) => `
  SELECT sppg_id, assumeNotNull(ends) AS day FROM ops.places_sppg_operational_reports
  WHERE type = 'FINANCIAL_BIWEEKLY' AND ends IS NOT NULL AND ${condition}`;
const tranchesWhere = (condition: string) =>
  `SELECT sppg_id, assumeNotNull(starts) AS day FROM ops.places_banper_requests WHERE starts IS NOT NULL AND ${condition}`;
const states = (kitchens: string) => daysSince(`SELECT key AS sppg_id FROM (${kitchens})`, 'ever');

/** Every cell a fact has in the given kitchens: places never forget, so no other cell can exist. */
const cellsOf: Readonly<Record<FactName, (kitchens: string) => string>> = {
  production: (kitchens) => place('food_productions', `sppg_id IN (${kitchens})`),
  quality: (kitchens) => checksOf(`SELECT key FROM ops.places_food_productions WHERE sppg_id IN (${kitchens})`),
  distribution: (kitchens) => place('food_distributions', `sppg_id IN (${kitchens})`),
  school: (kitchens) => handoversWhere(programsOf(kitchens)),
  feeding: (kitchens) => handoversWhere(programsOf(kitchens)),
  waste: (kitchens) => place('waste_management', `sppg_id IN (${kitchens})`),
  order: (kitchens) => place('procurements', `sppg_id IN (${kitchens})`),
  order_line: (kitchens) => place('procurements', `sppg_id IN (${kitchens})`),
  order_month: (kitchens) => place('procurements', `sppg_id IN (${kitchens})`),
  feedback: (kitchens) => place('beneficiary_feedback', `sppg_id IN (${kitchens})`),
  incident_month: (kitchens) => incidentsOf(programsOf(kitchens)),
  service_month: (kitchens) => serviceMonths(`ops.places_food_distributions WHERE sppg_id IN (${kitchens})`),
  fortnight_report: (kitchens) => fortnightsWhere(`sppg_id IN (${kitchens})`),
  ledger: (kitchens) => place('banper_transactions', `sppg_id IN (${kitchens})`),
  tranche: (kitchens) => tranchesWhere(`sppg_id IN (${kitchens})`),
  receipt: (kitchens) => place('beneficiary_receipts', `sppg_id IN (${kitchens})`),
  flow_production: (kitchens) => place('food_productions', `sppg_id IN (${kitchens})`),
  enrolment: states,
  growth_month: states,
  stock: states,
  crew: states,
  certificate: states,
};
const everythingOf = (kitchens: string) =>
  Object.entries(cellsOf)
    .map(([fact, cells]) => tagged([fact as FactName], cells(kitchens)))
    .join('\nUNION ALL\n');

/** Source table → SQL of the cells its changed keys make dirty. Tables not listed touch no cell. */
const expansions: Readonly<Record<string, (keys: Keys) => string>> = {
  // Runs are told of when their batch was ready, checks of the kitchen it is of; both look for it by its day.
  food_productions: ({ changed, varied, few }) => `
    ${tagged(['production', 'flow_production'], placeIn(placesOf('food_productions', changed, few)))}
    UNION ALL ${tagged(['distribution'], place('food_distributions', `production_id IN ${varied('(sppg_id, at, ended)')}`))}
    UNION ALL ${tagged(['quality'], checksOf(varied('(sppg_id, at)')))}`,
  // Passed checks are told of the day of their batch, too.
  quality_controls: ({ changed, few }) => {
    const checks = placesOf('quality_controls', changed, few);
    const batches = placesOf('food_productions', `(SELECT production_id FROM ${checks})`, few);
    return `
    ${tagged(['quality'], checksIn(checks, batches))}
    UNION ALL ${tagged(['flow_production'], placeIn(batches))}`;
  },
  // A month is told of days and whether they were served.
  food_distributions: ({ changed, varied, few }) => {
    const runs = placesOf('food_distributions', changed, few);
    return `
    ${tagged(['distribution'], placeIn(runs))}
    UNION ALL ${tagged(['service_month'], serviceMonths(`${runs} WHERE key IN ${varied('(sppg_id, at, served)')}`))}`;
  },
  // Delivered portions are also the denominator of waste, and what was reported is of the handover's day: where something was weighed or reported.
  school_distributions: ({ changed, varied, few }) => {
    const handovers = placesOf('school_distributions', changed, few);
    const named = kitchensOfPrograms(`SELECT program_id FROM ${handovers}`);
    const programs = few ? once(['key', 'sppg_id'], named) : named;
    const cells = handoversIn(handovers, programs);
    const weighed = place('waste_management', `sppg_id IN (SELECT sppg_id FROM (${cells}))`);
    const reported = `SELECT distribution_id FROM ops.places_school_feeding_reports WHERE distribution_id IN ${varied('(program_id, at)')}`;
    return `
    ${tagged(['school'], cells)}
    UNION ALL ${tagged(['waste'], `SELECT * FROM (${cells}) WHERE (sppg_id, day) IN (${weighed})`)}
    UNION ALL ${tagged(['feeding'], handoversIn(`${handovers} WHERE key IN (${reported})`, programs))}`;
  },
  school_feeding_reports: ({ changed }) =>
    tagged(
      ['feeding'],
      handoversWhere(`key IN (SELECT distribution_id FROM ops.places_school_feeding_reports WHERE key IN ${changed})`),
    ),
  waste_management: ({ changed }) => tagged(['waste'], place('waste_management', `key IN ${changed}`)),
  menu_nutrition_calculations: ({ changed }) =>
    tagged(
      ['production'],
      place(
        'food_productions',
        `menu_id IN (SELECT menu_id FROM ops.places_menu_nutrition_calculations WHERE key IN ${changed})`,
      ),
    ),
  school_beneficiaries: ({ changed, since }) => `
    ${tagged(['school'], handoversWhere(`school_id IN ${changed}`))}
    UNION ALL ${tagged(['enrolment', 'growth_month'], daysSince(kitchensOfSchools(changed), since))}`,
  nutrition_programs: ({ changed, since }) => `
    ${tagged(['school', 'feeding', 'waste'], handoversWhere(`program_id IN ${changed}`))}
    UNION ALL ${tagged(['incident_month'], incidentsOf(`program_id IN ${changed}`))}
    UNION ALL ${tagged(['enrolment', 'growth_month'], daysSince(kitchensOf('nutrition_programs', `key IN ${changed}`), since))}
    UNION ALL ${tagged(
      ['service_month'],
      serviceMonths(
        `ops.places_food_distributions WHERE sppg_id IN (${kitchensOf('nutrition_programs', `key IN ${changed}`)})`,
      ),
    )}`,
  procurements: ({ changed }) =>
    tagged(['order', 'order_line', 'order_month'], place('procurements', `key IN ${changed}`)),
  procurement_items: ({ changed }) =>
    tagged(
      ['order_line'],
      place('procurements', `key IN (SELECT order_id FROM ops.places_procurement_items WHERE key IN ${changed})`),
    ),
  beneficiary_feedback: ({ changed }) => tagged(['feedback'], place('beneficiary_feedback', `key IN ${changed}`)),
  inventory_items: ({ changed, since }) =>
    tagged(['stock'], daysSince(kitchensOf('inventory_items', `key IN ${changed}`), since)),
  sppg_team_members: ({ changed, since }) =>
    tagged(['crew'], daysSince(kitchensOf('sppg_team_members', `key IN ${changed}`), since)),
  // The first certificate, and the loss of the last one, change what is known of every kitchen.
  food_safety_certifications: ({ changed, since }) =>
    tagged(
      ['certificate'],
      `${daysSince(kitchensOf('food_safety_certifications', `key IN ${changed}`), since)}
       UNION ALL ${daysSince('SELECT key AS sppg_id FROM ops.places_sppg', since, lastDayWithoutOthers(changed))}`,
    ),
  sppg_operational_reports: ({ changed }) => tagged(['fortnight_report'], fortnightsWhere(`key IN ${changed}`)),
  banper_transactions: ({ changed }) => tagged(['ledger'], place('banper_transactions', `key IN ${changed}`)),
  banper_requests: ({ changed }) => tagged(['tranche'], tranchesWhere(`key IN ${changed}`)),
  beneficiary_receipts: ({ changed }) => tagged(['receipt'], place('beneficiary_receipts', `key IN ${changed}`)),
  program_monitoring: ({ changed }) => tagged(['incident_month'], incidentsOf(`key IN ${changed}`)),
  sppg: ({ changed }) => everythingOf(`SELECT key FROM ${changed}`),
  provinces_indonesia: ({ changed }) =>
    everythingOf(`SELECT key FROM ops.places_sppg WHERE province_id IN (SELECT key FROM ${changed})`),
};

/** Tables whose changes make cells of schools' facts dirty, the busiest of a morning among them, and the others that do beside further facts. */
const ofSchools = ['school_distributions', 'school_feeding_reports', 'waste_management'];
const ofSchoolsToo = ['school_beneficiaries', 'nutrition_programs', 'sppg', 'provinces_indonesia'];

/**
 * The changed tables in groups no two of which make the same cell dirty, so that each can be claimed by a statement of its own: schools' beside
 * all others, where no table is of both.
 */
export function disjoint(tables: readonly string[]): [others: string[], schools: string[]] {
  const schools = tables.filter((table) => ofSchools.includes(table));
  if (tables.some((table) => ofSchoolsToo.includes(table))) return [[...tables], []];
  return [tables.filter((table) => !schools.includes(table)), schools];
}

/** SELECTs of (fact, sppg_id, day) of everything the tables changed in the stream, or marked out of band, make dirty; by `few` keys or many. */
export const dirtyCellsSql = (changed: readonly string[], marked: readonly string[], few = true): string[] =>
  [
    ...changed.map((table) => expansions[table]?.(streamed(table, few))),
    ...marked.map((table) => expansions[table]?.(outOfBand(table, few))),
  ].filter((sql) => sql !== undefined);

/** Hours of the day, UTC, at which a local day ends in one of the three zones. */
const DAY_ENDS = [15, 16, 17];

/**
 * SQL yielding the cells that change because time passes from `told` to `now` (source commit times of two refreshes, ISO-like
 * text in UTC, bound as parameters): an unanswered complaint grows a day old, a certificate expires, a day ends, and with it
 * the time for a report.
 */
export function cellsDirtyByTimeSql(told: string, now: string): string {
  const complaints = tagged(
    ['feedback'],
    place(
      'beneficiary_feedback',
      // By way of their keys: with a condition on the time that days are made of, the engine finds neither projection.
      `key IN (SELECT key FROM ops.places_beneficiary_feedback
        WHERE at >= {told:DateTime64(6, 'UTC')} - INTERVAL 24 HOUR AND at < {now:DateTime64(6, 'UTC')} - INTERVAL 24 HOUR)`,
    ),
  );
  const expired = tagged(
    ['certificate'],
    daysSince(
      kitchensOf(
        'food_safety_certifications',
        "expires_at > {told:DateTime64(6, 'UTC')} - INTERVAL 1 SECOND AND expires_at <= {now:DateTime64(6, 'UTC')}",
      ),
      'told',
    ),
  );
  const hour = (text: string) => Math.floor(Date.parse(`${text.replace(' ', 'T')}Z`) / 3_600_000);
  const ends = (hours: number) => DAY_ENDS.reduce((sum, end) => sum + Math.floor((hours - end) / 24), 0);
  if (ends(hour(told)) === ends(hour(now))) return [complaints, expired].join('\nUNION ALL\n');
  const zoned = (instant: string) => `toDate32(${instant} + toIntervalHour(k.shift))`;
  const begun = eachDay(
    `SELECT id AS sppg_id, shift FROM (${zonesSql})`,
    `${zoned(`greatest({told:DateTime64(6, 'UTC')}, ${historyBegins})`)}`,
    zoned("{now:DateTime64(6, 'UTC')}"),
  );
  const newDays = tagged(stateFacts, begun);
  const newMonths = tagged(['service_month'], `SELECT * FROM (${begun}) WHERE toDayOfMonth(day) = 1`);
  const overdue = tagged(
    ['fortnight_report'],
    `SELECT r.sppg_id AS sppg_id, r.day AS day FROM (${fortnightsWhere('1')}) AS r
     INNER JOIN (${zonesSql}) AS z ON z.id = r.sppg_id
     WHERE toDateTime64(r.day + 4, 3, 'UTC') - toIntervalHour(z.shift)
       BETWEEN {told:DateTime64(6, 'UTC')} - INTERVAL 1 SECOND AND {now:DateTime64(6, 'UTC')}`,
  );
  return [complaints, expired, newDays, newMonths, overdue].join('\nUNION ALL\n');
}

/** SQL yielding every cell there is or has been: the claim of a full rebuild. */
export const allCellsSql = everythingOf('SELECT key FROM ops.places_sppg');
