/** Units compared: a ranking inside a scope, and a kitchen among kitchens like it. */
import type { Warehouse } from '../client.ts';
import type { Kpi } from '../kpis/kpi.ts';
import { areaCondition, cellsOf, type Level, type Scope, scopeCondition } from '../scopes.ts';
import { scarceParams, scarceSql, valueSql } from './sql.ts';

export type RankingLevel = Exclude<Level, 'national'>;
export type Ranked = { rank: number; scope: string; name: string; num: number; den: number | null; value: number };

/** (unit, name) of every unit of a level. */
const named: Readonly<Record<RankingLevel, string>> = {
  wilayah: 'SELECT DISTINCT code AS id, name FROM mart.wilayah FINAL WHERE listed',
  region:
    'SELECT DISTINCT toString(region) AS id, toString(region) AS name FROM raw.provinces_indonesia FINAL WHERE NOT _deleted',
  province: 'SELECT id, provinceName AS name FROM raw.provinces_indonesia FINAL WHERE NOT _deleted',
  regency: 'SELECT id, regencyName AS name FROM raw.regencies_indonesia FINAL WHERE NOT _deleted',
  sppg: 'SELECT id, name FROM raw.sppg FINAL WHERE NOT _deleted',
};
const unitOf: Readonly<Record<RankingLevel, string>> = {
  wilayah: 'g.wilayah',
  region: 'g.region',
  province: 'm.province_id',
  regency: 'm.regency_id',
  sppg: 'm.sppg_id',
};
/** Provinces with the groups they belong to. */
const groups = `LEFT ANY JOIN (
  SELECT p.id AS province, toString(p.region) AS region, w.code AS wilayah FROM (SELECT id, region FROM raw.provinces_indonesia FINAL WHERE NOT _deleted) AS p
  LEFT ANY JOIN (SELECT region, code FROM mart.wilayah FINAL WHERE listed) AS w ON w.region = toString(p.region)
) AS g ON g.province = m.province_id`;

/**
 * The units of a level inside a scope by their value over [from, to]: sums of numerators over sums of denominators, of a state
 * the last day known. Units without data are not ranked; `total` counts those that are.
 */
export async function ranking(
  warehouse: Warehouse,
  kpi: Kpi,
  scope: Scope,
  level: RankingLevel,
  range: { from: string; to: string },
  order: 'asc' | 'desc',
  limit: number,
): Promise<{ total: number; units: Ranked[] }> {
  const [table, where] =
    level === 'sppg' ? [cellsOf(scope), scopeCondition(scope, 'm.sppg_id')] : ['mart.kpi_areas', areaCondition(scope)];
  const pick = (column: string) => (kpi.state ? `argMax(tuple(${column}), day).1` : `sum(${column})`);
  const rows = await warehouse.query<{
    unit: string;
    name: string;
    num: number;
    den: number | null;
    value: number;
    rank: number;
    total: number;
  }>(
    `SELECT r.unit AS unit, n.name AS name, r.nums AS num, r.dens AS den, assumeNotNull(r.shown) AS value,
       rank() OVER (ORDER BY value ${order}) AS rank, count() OVER () AS total
     FROM (
       SELECT unit, ${pick('daily_num')} AS nums, ${pick('daily_den')} AS dens, ${valueSql(kpi, 'nums', 'dens')} AS shown
       FROM (
         SELECT ${unitOf[level]} AS unit, m.day AS day, sum(m.num) AS daily_num, sum(m.den) AS daily_den FROM ${table} AS m FINAL
         ${level === 'wilayah' || level === 'region' ? groups : ''}
         WHERE m.kpi = {kpi:String} AND m.day BETWEEN {from:Date32} AND {to:Date32} AND m.split = '' AND m.num IS NOT NULL AND ${where}
         GROUP BY unit, m.day
       )
       GROUP BY unit HAVING shown IS NOT NULL
     ) AS r
     LEFT ANY JOIN (${named[level]}) AS n ON n.id = r.unit
     ORDER BY value ${order}, unit LIMIT {limit:UInt32}`,
    { kpi: kpi.id, ...range, limit, scopeId: scope.id },
  );
  return {
    total: rows[0]?.total ?? 0,
    units: rows.map(({ unit, name, num, den, value, rank }) => ({
      rank,
      scope: `${level}:${unit}`,
      name,
      num,
      den,
      value,
    })),
  };
}

/** How many kitchens a kitchen is compared with, and how few tell who they are. */
const PEERS = 30;
const PEERS_MINIMUM = 5;

export type PeerComparison = {
  kpi: string;
  value: number | null;
  peers: { kitchens: number; low: number; median: number; high: number; betterThan: number | null } | null;
};

/**
 * A kitchen beside the thirty of its island group nearest to it in size (target recipients), over [from, to]: quartiles, and
 * the share of peers it is better than. Which kitchens they are is not told; fewer than five tell nothing.
 */
export async function peers(
  warehouse: Warehouse,
  kpis: readonly Kpi[],
  sppgId: string,
  range: { from: string; to: string },
): Promise<PeerComparison[]> {
  const compared = kpis.filter((kpi) => kpi.grain === undefined && !kpi.state && kpi.den !== undefined);
  const rows = await warehouse.query<{ kpi: string; own: number | null; others: number[] }>(
    `WITH me AS (
       SELECT s.id AS id, s.targetRecipients AS size, p.region AS region FROM (SELECT * FROM raw.sppg FINAL WHERE NOT _deleted AND id = {id:String}) AS s
       INNER JOIN (SELECT id, region FROM raw.provinces_indonesia FINAL WHERE NOT _deleted) AS p ON p.id = s.provinceId
     ), alike AS (
       SELECT s.id AS id FROM raw.sppg AS s FINAL
       WHERE NOT s._deleted AND NOT s.isDemoAccount AND s.status = 'ACTIVE' AND s.id != {id:String}
         AND s.provinceId IN (SELECT id FROM raw.provinces_indonesia FINAL WHERE NOT _deleted AND region = (SELECT any(region) FROM me))
       ORDER BY abs(s.targetRecipients - (SELECT any(size) FROM me)), s.id LIMIT ${PEERS}
     )
     SELECT kpi, anyIf(value, sppg_id = {id:String}) AS mine, if(countIf(sppg_id = {id:String}) = 0, NULL, mine) AS own,
       groupArrayIf(value, sppg_id != {id:String}) AS others
     FROM (
       SELECT toString(m.kpi) AS kpi, m.sppg_id AS sppg_id, sum(m.num) / sum(m.den) AS ratio, assumeNotNull(ratio) AS value
       FROM mart.kpi_kitchens AS m FINAL
       WHERE m.kpi IN ({kpis:Array(String)}) AND m.day BETWEEN {from:Date32} AND {to:Date32} AND m.split = '' AND m.num IS NOT NULL
         AND (m.sppg_id = {id:String} OR m.sppg_id IN (SELECT id FROM alike))
       GROUP BY m.kpi, m.sppg_id
       HAVING sum(m.den) != 0 AND NOT ${scarceSql('sum(m.num)', 'sum(m.den)')}
     )
     GROUP BY kpi`,
    {
      id: sppgId,
      ...range,
      kpis: compared.map((kpi) => kpi.id),
      ...scarceParams(compared),
    },
  );
  return compared.map((kpi) => {
    const row = rows.find((candidate) => candidate.kpi === kpi.id);
    const others = [...(row?.others ?? [])].sort((a, b) => a - b);
    const own = row?.own ?? null;
    if (others.length < PEERS_MINIMUM) return { kpi: kpi.id, value: own, peers: null };
    const at = (share: number) => others[Math.round((others.length - 1) * share)] as number;
    const worse = others.filter((other) => (kpi.direction === 'down' ? other > (own ?? 0) : other < (own ?? 0))).length;
    const judged = own !== null && (kpi.direction === 'up' || kpi.direction === 'down');
    const betterThan = judged ? worse / others.length : null;
    return {
      kpi: kpi.id,
      value: own,
      peers: { kitchens: others.length, low: at(0.25), median: at(0.5), high: at(0.75), betterThan },
    };
  });
}
