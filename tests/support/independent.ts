/**
 * The KPI cells computed a second time, by SQL in Postgres written from the published definitions and sharing nothing
 * with the rollups.
 */
import type { Stack } from './stack.ts';

const LOCAL = (column: string) =>
  `((${column} + (CASE p.timezone WHEN 'WIB' THEN 7 WHEN 'WITA' THEN 8 ELSE 9 END) * interval '1 hour')::date)::text`;
const JOIN = 'JOIN sppg s ON s.id = base."sppgId" JOIN provinces_indonesia p ON p.id = s."provinceId"';

type Definition = { kpi: string; from: string; day: string; num: string; den?: string; split?: string };

const f = `(SELECT f.*, c.id AS calc, c."meetsAKG" AS akg FROM food_productions f
  LEFT JOIN menu_nutrition_calculations c ON c."menuId" = f."menuId") base ${JOIN}`;
const q = `(SELECT q.*, f."sppgId" FROM quality_controls q JOIN food_productions f ON f.id = q."productionId") base ${JOIN}`;
const x = `(SELECT x.*, f."actualEndTime" AS cooked, coalesce(x."arrivalTime", x."actualEndTime") AS arrived
  FROM food_distributions x LEFT JOIN food_productions f ON f.id = x."productionId") base ${JOIN}`;
const sd = `(SELECT d.*, n."sppgId", b."schoolType"::text AS school FROM school_distributions d
  JOIN nutrition_programs n ON n.id = d."programId" JOIN school_beneficiaries b ON b.id = d."schoolId") base ${JOIN}`;
const r = `(SELECT r.*, d."distributionDate", n."sppgId" FROM school_feeding_reports r
  JOIN school_distributions d ON d.id = r."distributionId" JOIN nutrition_programs n ON n.id = d."programId"
  WHERE r."reportType" = 'DAILY') base ${JOIN}`;

const sum = (value: string, where: string) => `sum(${value}) FILTER (WHERE ${where})`;
const zero = (value: string, where: string) => `coalesce(${sum(value, where)}, 0)`;
const count = (where: string) => `count(*) FILTER (WHERE ${where})`;
const done = `base.status = 'COMPLETED'`;
const handed = `base."deliveryStatus" IN ('DELIVERED', 'CONFIRMED')`;
const costs = '(base."transportCost" IS NOT NULL OR base."fuelCost" IS NOT NULL OR base."otherCosts" IS NOT NULL)';
const held = `${done} AND base."arrivalTime" IS NOT NULL AND base.cooked IS NOT NULL AND base."arrivalTime" >= base.cooked`;

const production = { from: f, day: LOCAL('base."productionDate"') };
const quality = { from: q, day: LOCAL('base."checkTime"') };
const distribution = { from: x, day: LOCAL('base."distributionDate"') };
const school = { from: sd, day: LOCAL('base."distributionDate"'), split: 'base.school' };

const definitions: readonly Definition[] = [
  { ...production, kpi: 'portions_planned', num: sum('base."plannedPortions"', `base.status <> 'CANCELLED'`) },
  { ...production, kpi: 'portions_produced', num: sum('base."actualPortions"', done) },
  {
    ...production,
    kpi: 'production_attainment',
    num: sum('base."actualPortions"', `${done} AND base."actualPortions" IS NOT NULL`),
    den: sum('base."plannedPortions"', `${done} AND base."actualPortions" IS NOT NULL`),
  },
  { ...production, kpi: 'batch_completion', num: count(done), den: count(`base.status <> 'CANCELLED'`) },
  { ...production, kpi: 'batches_cancelled', num: count(`base.status = 'CANCELLED'`) },
  {
    ...production,
    kpi: 'food_cost_per_portion',
    num: sum('base."actualCost"', `${done} AND base."actualCost" IS NOT NULL AND base."actualPortions" > 0`),
    den: sum('base."actualPortions"', `${done} AND base."actualCost" IS NOT NULL AND base."actualPortions" > 0`),
  },
  {
    ...production,
    kpi: 'cost_variance',
    num: sum('base."actualCost" - base."estimatedCost"', `${done} AND base."actualCost" IS NOT NULL`),
    den: sum('base."estimatedCost"', `${done} AND base."actualCost" IS NOT NULL`),
  },
  {
    ...production,
    kpi: 'akg_compliance',
    num: zero('base."actualPortions"', `${done} AND base.akg`),
    den: sum('base."actualPortions"', `${done} AND base.calc IS NOT NULL`),
  },
  { ...production, kpi: 'akg_unknown_portions', num: sum('base."actualPortions"', `${done} AND base.calc IS NULL`) },
  { ...quality, kpi: 'qc_pass_rate', num: count('base.passed'), den: 'count(*)' },
  { ...quality, kpi: 'qc_score', num: 'sum(base.score)', den: 'count(base.score)' },
  {
    ...quality,
    kpi: 'open_critical_findings',
    num: count(`NOT base.passed AND base.severity IN ('HIGH', 'CRITICAL') AND base."actionTaken" IS NULL`),
  },
  { ...distribution, kpi: 'distribution_runs', num: count(`base.status <> 'CANCELLED'`) },
  {
    ...distribution,
    kpi: 'distribution_reach',
    num: sum('base."actualRecipients"', `${done} AND base."actualRecipients" IS NOT NULL`),
    den: sum('base."plannedRecipients"', `${done} AND base."actualRecipients" IS NOT NULL`),
  },
  {
    ...distribution,
    kpi: 'on_time_delivery',
    num: count(`${done} AND base.arrived <= base."plannedEndTime"`),
    den: count(`${done} AND base.arrived IS NOT NULL`),
  },
  {
    ...distribution,
    kpi: 'holding_time_4h',
    num: count(`${held} AND base."arrivalTime" - base.cooked <= interval '4 hours'`),
    den: count(held),
  },
  {
    ...distribution,
    kpi: 'serving_temperature',
    num: count(`${done} AND base."arrivalTemp" >= 60`),
    den: count(`${done} AND base."arrivalTemp" IS NOT NULL`),
  },
  {
    ...distribution,
    kpi: 'logistics_cost_per_portion',
    num: sum(
      'coalesce(base."transportCost", 0) + coalesce(base."fuelCost", 0) + coalesce(base."otherCosts", 0)',
      `${done} AND base."actualRecipients" > 0 AND ${costs}`,
    ),
    den: sum('base."actualRecipients"', `${done} AND base."actualRecipients" > 0 AND ${costs}`),
  },
  { ...school, kpi: 'portions_target', num: 'sum(base."targetQuantity")' },
  { ...school, kpi: 'portions_delivered', num: sum('base."actualQuantity"', handed) },
  {
    ...school,
    kpi: 'delivery_fulfilment',
    num: zero('base."actualQuantity"', handed),
    den: 'sum(base."targetQuantity")',
  },
  { ...school, kpi: 'delivery_issues', num: count(`base."deliveryStatus" = 'ISSUE'`) },
  {
    from: r,
    day: LOCAL('base."distributionDate"'),
    kpi: 'consumption_rate',
    num: 'sum(least(base."totalPortionsConsumed", base."totalPortionsServed"))',
    den: 'sum(base."totalPortionsServed")',
  },
];

const waste = `
  SELECT w.sppg, w.day, 'food_waste_per_portion' AS kpi, '' AS split, w.num, d.den FROM (
    SELECT base."sppgId" AS sppg, ${LOCAL('base."wasteDate"')} AS day, sum(base."wasteWeight" * 1000) AS num
    FROM waste_management base ${JOIN} WHERE base."wasteType" IN ('FOOD_WASTE', 'ORGANIC_WASTE') GROUP BY 1, 2) w
  JOIN (SELECT base."sppgId" AS sppg, ${LOCAL('base."distributionDate"')} AS day, sum(base."actualQuantity") AS den
    FROM ${sd} WHERE ${handed} GROUP BY 1, 2) d USING (sppg, day)`;

/** 'day sppg kpi', with ' split' for a part of a split KPI → [num, den], rounded to nine significant digits because sums of doubles depend on their order. */
export type Cells = Record<string, (number | null)[]>;

function collect(
  rows: { sppg: string; day: string; kpi: string; split: string; num: unknown; den: unknown }[],
  ratio: (kpi: string) => boolean,
): Cells {
  const cells: Cells = {};
  for (const { sppg, day, kpi, split, num, den } of rows) {
    const number = (value: unknown) => (value === null ? null : Number(Number(value).toPrecision(9)));
    if (number(num) === null || (ratio(kpi) && !number(den))) continue;
    cells[`${day} ${sppg} ${kpi}${split === '' ? '' : ` ${split}`}`] = [number(num), number(den)];
  }
  return Object.fromEntries(Object.entries(cells).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export async function independentCells(stack: Stack): Promise<Cells> {
  const parts = definitions.flatMap(({ kpi, from, day, num, den, split }) =>
    ["''", ...(split === undefined ? [] : [split])].map(
      (
        part,
      ) => `SELECT base."sppgId" AS sppg, ${day} AS day, '${kpi}' AS kpi, ${part} AS split, (${num})::float8 AS num,
        (${den ?? 'NULL'})::float8 AS den FROM ${from} GROUP BY 1, 2, 4`,
    ),
  );
  const { rows } = await stack.source.query([...parts, waste].join('\nUNION ALL\n'));
  const ratios = new Set([
    'food_waste_per_portion',
    ...definitions.filter((d) => d.den !== undefined).map((d) => d.kpi),
  ]);
  return collect(rows, (kpi) => ratios.has(kpi));
}

export async function martCells(stack: Stack): Promise<Cells> {
  const rows = await stack.warehouse.query<{
    sppg: string;
    day: string;
    kpi: string;
    split: string;
    num: number;
    den: number;
  }>(
    `SELECT sppg_id AS sppg, toString(day) AS day, toString(kpi) AS kpi, toString(split) AS split, num, den
     FROM mart.kpi_daily FINAL WHERE num IS NOT NULL`,
  );
  return collect(rows, () => false);
}
