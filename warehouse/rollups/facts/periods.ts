/** Facts of a month or a fortnight: incidents by monitoring month, service days, reports due. */
import type { FactName } from '../../kpis/kpi.ts';
import { type Fact, monthOf, placedIn, placedRows } from './cells.ts';

/** The month a monitoring row is about: '2026-03', or a month's number beside its year; anything else is no month. */
export const monitoredMonth = (month: string, year: string) => `multiIf(
  match(${month}, '^\\\\d{4}-(0[1-9]|1[0-2])$'), toDate32OrNull(concat(${month}, '-01')),
  match(${month}, '^(0?[1-9]|1[0-2])$'), makeDate32(${year}, toUInt8(${month}), 1), NULL)`;

const MONITORED =
  `foodSafetyIncidents complaintCount feedingDaysPlanned feedingDaysCompleted totalMealsProduced totalMealsDistributed
  wastePercentage staffAttendance temperatureCompliance`.split(/\s+/);

export const periods = {
  incident_month: {
    grain: 'month',
    reads: ['programs'],
    select: `
      SELECT p.sppg_id AS sppg_id, assumeNotNull(m.month) AS day, ${MONITORED.map((column) => `m.${column} AS ${column}`).join(', ')}
      FROM (
        SELECT id, programId, ${monitoredMonth('monitoringMonth', 'monitoringYear')} AS month, ${MONITORED.join(', ')}
        FROM raw.program_monitoring FINAL
        WHERE NOT _deleted AND id IN (
          SELECT key FROM ops.places_program_monitoring WHERE program_id IN (SELECT program_id FROM programs)
        )
      ) AS m
      INNER JOIN programs AS p ON p.program_id = m.programId
      WHERE m.month IS NOT NULL AND (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`,
  },
  service_month: {
    grain: 'month',
    with: {
      month_runs: {
        columns: ['sppg_id', 'service_day', 'day', 'served', 'shift'],
        sql: `
        SELECT x.sppgId AS sppg_id, toDate32(x.distributionDate + toIntervalHour(z.shift)) AS service_day,
          ${monthOf('service_day')} AS day, x.status = 'COMPLETED' AS served, z.shift AS shift
        FROM (
          SELECT id, sppgId, distributionDate, toString(status) AS status ${placedRows('food_distributions', 'month')}
        ) AS x
        INNER JOIN zones AS z ON z.sppg_id = x.sppgId
        WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`,
      },
      // Asked where the month has none. A kitchen's rows lie beside each other: all its years are a few granules.
      early: `
        SELECT owner AS sppg_id, min(distributionDate) AS first, 1 AS known FROM ops.placed_food_distributions FINAL
        WHERE NOT _deleted AND owner IN (
          SELECT sppg_id FROM cells WHERE (sppg_id, day) NOT IN (SELECT sppg_id, day FROM month_runs)
        )
        GROUP BY owner`,
    },
    // A month without deliveries has data where it has begun and the kitchen had deliveries before.
    select: `
      SELECT d.sppg_id AS sppg_id, d.day AS day, d.service_day AS service_day, d.served AS served, d.planned AS planned
      FROM (
        SELECT sppg_id, day, service_day, max(served) AS served, max(planned) AS planned, any(shift) AS hours,
          max(max(delivered)) OVER (PARTITION BY sppg_id, day) AS month_delivered
        FROM (
          SELECT sppg_id, day, service_day, served, 0 AS planned, 1 AS delivered, shift FROM month_runs
          UNION ALL
          SELECT p.sppgId AS sppg_id, c.day AS day,
            arrayJoin(arrayMap(n -> c.day + n, range(dateDiff('day', c.day, addMonths(c.day, 1))))) AS service_day, 0 AS served,
            has(p.weekdays, toDayOfWeek(service_day)) AND service_day >= toDate32(p.startDate + toIntervalHour(c.shift))
              AND service_day <= ifNull(toDate32(p.endDate + toIntervalHour(c.shift)), toDate32('2299-12-31'))
              AND service_day NOT IN (SELECT day FROM mart.holidays FINAL WHERE listed) AS planned, 0 AS delivered, c.shift AS shift
          FROM (
            SELECT id, sppgId, JSONExtract(ifNull(toString(feedingDays), '[]'), 'Array(Nullable(Int32))') AS weekdays, startDate, endDate
            FROM raw.nutrition_programs FINAL
            WHERE NOT _deleted AND status = 'ACTIVE' AND id IN (SELECT key FROM (${placedIn('nutrition_programs')}))
          ) AS p
          INNER JOIN cells AS c ON c.sppg_id = p.sppgId
          WHERE c.shift > 0
        )
        GROUP BY sppg_id, day, service_day
      ) AS d
      LEFT ANY JOIN early AS b ON b.sppg_id = d.sppg_id
      WHERE d.month_delivered = 1 OR b.known = 1 AND toDate32(b.first + toIntervalHour(d.hours)) < d.day
        AND toDateTime64(d.day, 3, 'UTC') - toIntervalHour(d.hours) <= {now:DateTime64(6, 'UTC')}`,
  },
  fortnight_report: {
    select: `
      SELECT r.sppgId AS sppg_id, assumeNotNull(r.ends) AS day, r.reportPeriod AS period,
        min(toDate32(r.submittedAt + toIntervalHour(z.shift))) AS submitted,
        toDateTime64(day + 4, 3, 'UTC') - toIntervalHour(any(z.shift)) <= {now:DateTime64(6, 'UTC')} AS overdue
      FROM (
        SELECT id, sppgId, reportPeriod, submittedAt,
          toDate32OrNull(extractAll(reportPeriod, '[0-9]{4}-[0-9]{2}-[0-9]{2}')[2]) AS ends
        FROM raw.sppg_operational_reports FINAL
        WHERE NOT _deleted AND toString(reportType) = 'FINANCIAL_BIWEEKLY' AND id IN (
          SELECT key FROM ops.places_sppg_operational_reports
          WHERE type = 'FINANCIAL_BIWEEKLY' AND (sppg_id, ends) IN (SELECT sppg_id, toNullable(day) FROM cells)
        )
      ) AS r
      INNER JOIN zones AS z ON z.sppg_id = r.sppgId
      WHERE r.ends IS NOT NULL AND (sppg_id, day) IN (SELECT sppg_id, day FROM cells)
      GROUP BY sppg_id, day, period`,
  },
} as const satisfies Partial<Record<FactName, Fact>>;
