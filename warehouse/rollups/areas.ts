/**
 * Sums the cells of kitchens into regencies.
 * Invariants: an area is summed again as a whole, from every kitchen in it; one that has nothing any more is written as empty; demo
 * kitchens count for nothing above themselves (rule 5).
 */
import type { FactName } from '../kpis/kpi.ts';
import { rolledUp } from '../kpis/registry.ts';
import { type MartTables, memberArea, quoted } from './compute.ts';
import { once } from './facts/cells.ts';

/**
 * One INSERT … SELECT that sums the areas of the facts' cells claimed in ({since}, {seq}] again: the regencies the claimed
 * kitchens belong to, or ever did, on the claimed days. Every KPI of a fact is written, and the splits that are listed for any kitchen there,
 * emptied ones and those of kitchens that left included. One statement for all facts: planning one costs more than computing a few areas too
 * many. Where `everything` is summed, areas that no cell is listed for (left over by an earlier version's tables) are written as empty, too.
 */
export function areasSql(
  of: readonly FactName[],
  tables: MartTables,
  { everything, few }: { everything: boolean; few: boolean },
): string {
  const claimed = 'FROM ops.claims WHERE claim > {since:UInt64} AND claim <= {seq:UInt64}';
  // Rows of one area and day are told by one number, and so are kitchens that are in it: grouping by it costs a fifth less than by their names, which are found again at the end.
  const areaKey = 'reinterpretAsUInt128(sipHash128(day, province_id, regency_id))';
  const columns = ['day', 'province_id', 'regency_id', 'fact', 'area', 'members'];
  const dirty = `SELECT DISTINCT c.day AS day, h.province_id AS province_id, h.regency_id AS regency_id, toString(c.fact) AS fact, ${areaKey} AS area,
        ${memberArea('day', 'regency_id', 'fact')} AS members
      FROM (SELECT DISTINCT fact, sppg_id, day ${claimed} AND fact IN (${quoted(of)})) AS c
      INNER JOIN (
        SELECT DISTINCT id, province_id, regency_id FROM ops.history_sppg WHERE NOT deleted AND id IN (SELECT sppg_id ${claimed})
      ) AS h ON h.id = c.sppg_id`;
  const kpisOf = of.map(
    (fact) => `fact = '${fact}', [${quoted(rolledUp.filter((kpi) => kpi.fact === fact).map(({ id }) => id))}]`,
  );
  const held = `
      UNION ALL
      SELECT ${areaKey} AS area, toString(kpi), toString(split), NULL, NULL, 0 FROM ${tables.areas} FINAL WHERE num IS NOT NULL`;
  const names = `SELECT DISTINCT area, day, province_id, regency_id FROM ${
    everything
      ? `(
      SELECT area, day, province_id, regency_id FROM dirty
      UNION ALL SELECT ${areaKey}, day, province_id, regency_id FROM ${tables.areas})`
      : 'dirty'
  }`;
  return `INSERT INTO ${tables.areas} (kpi, day, province_id, regency_id, split, num, den, units, seq)
    WITH dirty AS (${few ? once(columns, dirty) : dirty})
    SELECT s.kpi, n.day, n.province_id, n.regency_id, s.split, s.num, s.den, s.units, {seq:UInt64}
    FROM (
      SELECT area, kpi, split, sum(num) AS num, sum(den) AS den, sum(units) AS units
      FROM (
        SELECT area, toString(cell.kpi) AS kpi, toString(cell.split) AS split,
          sumIf(cell.num, member) AS num, sumIf(cell.den, member) AS den, countIf(member AND cell.num IS NOT NULL) AS units
        FROM (
          SELECT d.area AS area, m.cells AS cells, sipHash128(m.sppg_id, d.province_id, d.regency_id) IN (
              SELECT sipHash128(id, provinceId, regencyId) FROM raw.sppg FINAL WHERE NOT _deleted AND NOT isDemoAccount
            ) AS member
          FROM (
            SELECT area, sppg_id, cells FROM ${tables.members} FINAL WHERE area IN (SELECT members FROM dirty)
          ) AS m
          INNER JOIN dirty AS d ON d.members = m.area
        )
        ARRAY JOIN cells AS cell GROUP BY area, kpi, split
        UNION ALL
        SELECT area, arrayJoin(multiIf(${kpisOf.join(', ')}, [])) AS kpi, '', NULL, NULL, 0 FROM dirty${everything ? held : ''}
      )
      GROUP BY area, kpi, split
    ) AS s
    INNER JOIN (${names}) AS n ON n.area = s.area`;
}
