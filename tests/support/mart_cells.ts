/** The KPI cells as the warehouse serves them, and what areas must be made of them. */
import { expect } from 'vitest';
import type { Stack } from './stack.ts';

/** 'day sppg kpi', with ' split' for a part of a split KPI → [num, den], rounded to nine significant digits because sums of doubles depend on their order. */
export type Cells = Record<string, (number | null)[]>;

export function collect(
  rows: { sppg: string; day: string; kpi: string; split: string; num: unknown; den: unknown }[],
  ratio: (kpi: string) => boolean,
): Cells {
  const cells: Cells = {};
  for (const { sppg, day, kpi, split, num, den } of rows) {
    // A tenth digit of exactly 5 would be rounded by the last bit of the sum: all are moved off it alike.
    const number = (value: unknown) => (value === null ? null : Number((Number(value) * (1 + 1e-12)).toPrecision(9)));
    if (number(num) === null || (ratio(kpi) && !number(den))) continue;
    cells[`${day} ${sppg} ${kpi}${split === '' ? '' : ` ${split}`}`] = [number(num), number(den)];
  }
  return Object.fromEntries(Object.entries(cells).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Cells stand twice, by KPI and by kitchen: those that do not stand alike, at most ten. */
export const cellsApart = (warehouse: Stack['warehouse']) =>
  warehouse.query<{ kpi: string; day: string; sppg_id: string; split: string }>(
    `SELECT kpi, day, sppg_id, split, num, den FROM (
       SELECT kpi, day, sppg_id, split, num, den FROM mart.kpi_daily FINAL
       UNION ALL SELECT kpi, day, sppg_id, split, num, den FROM mart.kpi_kitchens FINAL
     )
     WHERE num IS NOT NULL GROUP BY ALL HAVING count() != 2 LIMIT 10`,
  );

export async function martCells(stack: Stack): Promise<Cells> {
  expect(await cellsApart(stack.warehouse)).toEqual([]);
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

/** The areas must be the kitchens' cells summed by province and regency, demo kitchens left out. */
export async function expectAreas(stack: Stack, cells: Cells): Promise<void> {
  const { rows } = await stack.source.query<{ id: string; area: string }>(
    `SELECT id, "provinceId" || '/' || "regencyId" AS area FROM sppg WHERE NOT "isDemoAccount"`,
  );
  const areaOf = new Map(rows.map(({ id, area }) => [id, area]));
  const sums = new Map<string, [number, number | null]>();
  for (const [name, [num, den]] of Object.entries(cells)) {
    const [day, sppg, ...rest] = name.split(' ');
    const area = areaOf.get(sppg ?? '');
    if (area === undefined) continue;
    const key = [day, area, ...rest].join(' ');
    const [a, b] = sums.get(key) ?? [0, null];
    sums.set(key, [a + (num ?? 0), den === null || den === undefined ? b : (b ?? 0) + den]);
  }
  const held = await stack.warehouse.query<{ name: string; num: number; den: number | null }>(
    `SELECT concat(toString(day), ' ', province_id, '/', regency_id, ' ', kpi, if(split = '', '', concat(' ', split))) AS name, num, den
     FROM mart.kpi_areas FINAL WHERE num IS NOT NULL`,
  );
  expect(held.map(({ name }) => name).sort()).toEqual([...sums.keys()].sort());
  // Sums of doubles depend on their order.
  const near = (a: number | null, b: number | null) =>
    a === null || b === null ? a === b : Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));
  const wrong = held.filter(({ name, num, den }) => {
    const [expectedNum, expectedDen] = sums.get(name) as [number, number | null];
    return !near(num, expectedNum) || !near(den, expectedDen);
  });
  expect(wrong).toEqual([]);
}
