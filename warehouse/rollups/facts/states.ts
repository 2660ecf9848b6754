/** Facts of the state a kitchen was in at the end of a local day: told from the history of rows, for the source keeps only what is now. */
import type { FactName } from '../../kpis/kpi.ts';
import { type Fact, placedIn } from './cells.ts';

/** Kitchens' state is told at the end of the local day of a cell; days that have not begun have none. */
const dayEnds = `
  SELECT sppg_id, day, 'now' AS which, toDateTime64(day + 1, 3, 'UTC') - toIntervalHour(shift) AS until FROM cells
  WHERE shift > 0 AND until - INTERVAL 1 DAY <= {now:DateTime64(6, 'UTC')}`;
/** A month's cell looks at its last day and at that of the month before. */
const monthEnds = `
  SELECT c.sppg_id AS sppg_id, c.day AS day, e.1 AS which, e.2 - toIntervalHour(c.shift) AS until
  FROM cells AS c
  ARRAY JOIN [('now', toDateTime64(addMonths(c.day, 1), 3, 'UTC')), ('before', toDateTime64(c.day, 3, 'UTC'))] AS e
  WHERE c.shift > 0 AND toDateTime64(c.day, 3, 'UTC') - toIntervalHour(c.shift) <= {now:DateTime64(6, 'UTC')}`;

/**
 * The rows of a table as they were at the instants of the kitchens they belonged to then. `candidates` yields (sppg_id, key)
 * of the rows that ever belonged to a kitchen of the cells.
 */
const asOfInstants = (table: string, columns: readonly string[], candidates: string) => `
  SELECT i.sppg_id AS sppg_id, i.day AS day, i.which AS which, h.id AS id,
    argMax((${['deleted', ...columns].map((name) => `h.${name}`).join(', ')}), h.version) AS held, max(i.until) AS ends
  FROM instants AS i
  INNER JOIN (
    SELECT c.sppg_id AS owner, x.* FROM (
      SELECT * FROM ops.history_${table} WHERE id IN (SELECT key FROM (${candidates}))
    ) AS x
    INNER JOIN (SELECT DISTINCT sppg_id, key FROM (${candidates})) AS c ON c.key = x.id
  ) AS h ON h.owner = i.sppg_id
  WHERE h.committed_at < i.until
  GROUP BY i.sppg_id, i.day, i.which, h.id
  HAVING NOT held.1`;
const schoolsPlaced = `
  SELECT p.sppg_id AS sppg_id, b.key AS key FROM ops.places_school_beneficiaries AS b
  INNER JOIN (${placedIn('nutrition_programs')}) AS p ON p.key = b.program_id
  WHERE b.program_id IN (SELECT key FROM (${placedIn('nutrition_programs')}))`;

/** Schools of running programmes at the instants. */
const enrolled = `
  SELECT s.sppg_id AS sppg_id, s.day AS day, s.which AS which, s.held.3 AS students, s.held.4 AND p.held.3 AS active
  FROM (${asOfInstants('school_beneficiaries', ['program_id', 'students', 'active'], schoolsPlaced)}) AS s
  INNER JOIN (
    ${asOfInstants('nutrition_programs', ['sppg_id', 'running'], placedIn('nutrition_programs'))} AND held.2 = i.sppg_id
  ) AS p ON p.sppg_id = s.sppg_id AND p.day = s.day AND p.which = s.which AND p.id = s.held.2`;
/** Rows of a table that belonged to the kitchen at the end of the day, with a condition that held. */
const heldAtDayEnd = (table: string, columns: readonly string[], select: string) => `
  SELECT sppg_id, day, ${select}
  FROM (${asOfInstants(table, ['sppg_id', ...columns], placedIn(table))} AND held.2 = i.sppg_id)`;

/**
 * The day ends at which the source kept certificates at all: as it was then, for a table that is filled or emptied later says
 * nothing of a day that is over. `live` counts the certificates there are from an instant on.
 */
const certified = `
  SELECT i.sppg_id AS sppg_id, i.day AS day
  FROM (SELECT *, 1 AS one FROM instants) AS i
  ASOF INNER JOIN (
    SELECT 1 AS one, committed_at AS since, sum(sum(change)) OVER (ORDER BY committed_at) AS live
    FROM (
      SELECT committed_at, toInt64(NOT deleted) - toInt64(lagInFrame(NOT deleted, 1, false) OVER (
        PARTITION BY id ORDER BY version ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)) AS change
      FROM ops.history_food_safety_certifications
    )
    GROUP BY committed_at
  ) AS kept ON kept.one = i.one AND kept.since < i.until
  WHERE kept.live > 0 AND i.until > (SELECT min(committed_at) FROM ops.history_sppg)`;

export const states = {
  enrolment: {
    with: { instants: dayEnds, enrolled },
    select: `
      SELECT e.sppg_id AS sppg_id, e.day AS day, e.students AS students, e.active AS active, k.target AS targetRecipients
      FROM enrolled AS e
      LEFT ANY JOIN (
        SELECT i.sppg_id AS sppg_id, i.day AS day, argMax(h.target_recipients, h.version) AS target
        FROM instants AS i
        INNER JOIN (SELECT * FROM ops.history_sppg WHERE id IN (SELECT sppg_id FROM cells) AND NOT deleted) AS h ON h.id = i.sppg_id
        WHERE h.committed_at < i.until GROUP BY i.sppg_id, i.day
      ) AS k ON k.sppg_id = e.sppg_id AND k.day = e.day`,
  },
  growth_month: {
    grain: 'month',
    with: { instants: monthEnds, enrolled },
    select: `
      SELECT sppg_id, day, sumIf(students, active AND which = 'now') AS studentsNow,
        sumOrNullIf(students, active AND which = 'before') AS studentsBefore
      FROM enrolled GROUP BY sppg_id, day`,
  },
  stock: {
    with: { instants: dayEnds },
    select: heldAtDayEnd('inventory_items', ['active', 'critical'], 'held.3 AS active, held.4 AS critical'),
  },
  crew: {
    with: { instants: dayEnds },
    select: heldAtDayEnd(
      'sppg_team_members',
      ['volunteer'],
      `held.3 AS volunteer,
      (SELECT any(value) FROM mart.settings FINAL WHERE listed AND name = 'team_size') AS teamSize`,
    ),
  },
  certificate: {
    with: { instants: dayEnds, certified },
    // A kitchen without a certificate counts, unless the source kept no certificates at all.
    select: `
      SELECT i.sppg_id AS sppg_id, i.day AS day, coalesce(c.valid, 0) = 1 AS valid
      FROM certified AS i
      LEFT ANY JOIN (
        SELECT t.sppg_id AS sppg_id, t.day AS day, max(t.good) AS valid FROM (
          ${heldAtDayEnd(
            'food_safety_certifications',
            ['hygiene', 'active', 'expires_at'],
            "held.3 AND held.4 AND held.5 > least({now:DateTime64(6, 'UTC')}, ends) AS good",
          )}
        ) AS t GROUP BY t.sppg_id, t.day
      ) AS c ON c.sppg_id = i.sppg_id AND c.day = i.day`,
  },
} as const satisfies Partial<Record<FactName, Fact>>;
