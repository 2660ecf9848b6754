/** Contracts of the figures: registry, units, summary, series, freshness, dataset. */
import { z } from 'zod';
import {
  breakdownInput,
  freshnessInput,
  kpisInput,
  rangeInput,
  seriesInput,
  summaryInput,
  unitsInput,
} from '../inputs.ts';
import type { Contract } from './contract.ts';
import { asOf, dated, day, figure, level, place, replicated, sums, target, text } from './shapes.ts';

const triple = z.strictObject(sums).nullable();
const summed = z.array(z.enum(['num', 'den'])).optional();
const state = z.enum(['provisional', 'final']);

const kpi = z.strictObject({
  id: z.string(),
  section: z.string(),
  sectionName: text,
  owner: z.string(),
  name: text,
  definition: text,
  unit: z.string(),
  direction: z.enum(['up', 'down', 'band', 'none']),
  target,
  grain: z.enum(['fortnight', 'month']).optional(),
  state: z.literal(true).optional(),
  minimum: z.number().optional(),
  critical: z.enum(['outside', 'far']).optional().meta({
    description:
      'A matter of food safety: critical, not only a warning, wherever it misses its target, or misses it by far.',
  }),
  split: z.string().optional(),
  caps: z.strictObject({ small: z.number(), large: z.number() }).optional(),
  people: summed.meta({ description: 'Sums that count people.' }),
  withheld: summed.meta({ description: 'Sums not told to this role while they count fewer than five people.' }),
  supplement: z.literal(true).optional(),
  sources: z.array(z.string()),
});

const summaryKpi = z.strictObject({
  id: z.string(),
  ...sums,
  status: z.enum(['ok', 'warn', 'critical', 'none']),
  target,
  previousDay: triple,
  sameWeekday: triple,
  yearAgo: triple,
  monthToDate: triple,
  previousPeriod: triple,
  trend: z.array(z.strictObject({ date: day, value: figure })),
});

const compared = z.strictObject({
  name: z.string(),
  finishedAt: z.string(),
  checked: z.number(),
  missing: z.number(),
  extra: z.number(),
  different: z.number(),
  repaired: z.number(),
});

export const figures: readonly Contract[] = [
  {
    method: 'get',
    path: '/api/v1/kpis',
    tag: 'Figures',
    summary: 'The registry: every KPI the caller may see, with its names, unit, direction, target and definition.',
    query: kpisInput,
    answer: dated({ kpis: z.array(kpi) }),
    rows: 'kpis',
    dated: true,
  },
  {
    method: 'get',
    path: '/api/v1/units',
    tag: 'Figures',
    summary: "The units directly below one of the caller's; without `parent`, below the caller's own.",
    query: unitsInput,
    answer: dated({
      parent: place,
      units: z.array(
        z.strictObject({
          scope: z.string(),
          name: z.string(),
          level,
          code: z.string(),
          sppgCount: z.number(),
          isDemo: z.boolean(),
        }),
      ),
    }),
    rows: 'units',
    dated: true,
  },
  {
    method: 'get',
    path: '/api/v1/summary',
    tag: 'Figures',
    summary: 'All KPIs of a scope for a day, beside the day before, the same weekday, a year ago and the month so far.',
    query: summaryInput,
    answer: dated({
      scope: z.string(),
      name: z.string(),
      level,
      date: day,
      state,
      path: z.array(place),
      kpis: z.array(summaryKpi),
    }),
    rows: 'kpis',
    dated: true,
  },
  {
    method: 'get',
    path: '/api/v1/kpis/{kpi}/series',
    tag: 'Figures',
    summary: 'A KPI over time: sums of numerators over sums of denominators, by day or a coarser grain.',
    query: seriesInput,
    answer: dated({
      kpi: z.string(),
      scope: z.string(),
      grain: z.string(),
      from: day,
      to: day,
      hierarchy: z.enum(['now', 'then']),
      points: z.array(z.strictObject({ date: day, ...sums, state })),
    }),
    rows: 'points',
    dated: true,
  },
  {
    method: 'get',
    path: '/api/v1/kpis/{kpi}/breakdown',
    tag: 'Figures',
    summary:
      'A KPI over any range, whole and by the parts it is split into (school type, portion size, supplier type, spending row).',
    query: breakdownInput,
    answer: dated({
      kpi: z.string(),
      scope: z.string(),
      from: day,
      to: day,
      hierarchy: z.enum(['now', 'then']),
      split: z.string().nullable(),
      total: triple,
      parts: z.array(z.strictObject({ part: z.string(), num: figure, den: figure, value: figure })),
    }),
    rows: 'parts',
    dated: true,
  },
  {
    method: 'get',
    path: '/api/v1/freshness',
    tag: 'Platform',
    summary: 'Per source table and scope: source commit time, loaded, rolled up, lag.',
    query: freshnessInput,
    answer: dated({
      mode: z.enum(['change', 'schedule']),
      pollSeconds: z.number().optional(),
      compared: z.array(compared).optional(),
      tables: z.array(replicated),
      scopes: z.array(asOf.extend({ scope: z.string() })),
    }),
    dated: true,
  },
  {
    method: 'get',
    path: '/api/v1/datasets/kpi_daily.csv',
    tag: 'Figures',
    summary:
      'Streamed: one row per SPPG, local day and day-grain KPI that has data: sppg_id,date,kpi,num,den,value. Hanging up stops its query.',
    query: rangeInput,
    media: 'text/csv',
    dated: true,
  },
];
