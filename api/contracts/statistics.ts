/** Contracts of the statistics: rankings, peers, ranges, decomposition, forecasts, warnings and verdicts. */
import { z } from 'zod';
import { VERDICTS } from '../../warehouse/verdicts.ts';
import { forecastInput, insightsInput, pagedRangeInput, rankingInput, verdictInput } from '../inputs.ts';
import type { Contract } from './contract.ts';
import { dated, day, figure } from './shapes.ts';

const expected = z.strictObject({
  low: z.number(),
  middle: z.number(),
  high: z.number(),
  observations: z.number(),
});
const forecast = {
  kpi: z.string(),
  from: day,
  points: z.array(
    z.strictObject({
      date: day,
      service: z.enum(['service', 'holiday', 'no_service']),
      value: figure,
      low: figure,
      high: figure,
    }),
  ),
  backtest: z
    .strictObject({
      forecasts: z.number(),
      meanAbsolutePercentageError: z.number(),
      bias: z.number(),
      interval: z.number(),
    })
    .nullable(),
};
const verdict = z.strictObject({ verdict: z.enum(VERDICTS), note: z.string(), by: z.string(), at: z.string() });
const warning = z.strictObject({
  id: z.string(),
  method: z.string(),
  kpi: z.string(),
  scope: z.string(),
  name: z.string(),
  date: day,
  value: z.number(),
  expected,
  distance: figure,
  verdict: verdict.nullable(),
});
export const finding = z.strictObject({
  rule: z.string(),
  scope: z.string(),
  name: z.string(),
  date: day,
  count: z.number(),
  state: z.enum(['open', 'explained', 'corrected']),
  note: z.string(),
  by: z.string(),
});
export const findingTotal = z.strictObject({ rule: z.string(), kitchens: z.number(), findings: z.number() });
const asked = { kpi: z.string(), scope: z.string(), from: day, to: day };

export const statistics: readonly Contract[] = [
  {
    method: 'get',
    path: '/api/v1/kpis/{kpi}/ranking',
    tag: 'Statistics',
    summary:
      'Units of a level compared over a period. Units without data are not ranked; `total` counts those that are.',
    query: rankingInput,
    answer: dated({
      ...asked,
      level: z.string(),
      order: z.enum(['asc', 'desc']),
      total: z.number(),
      units: z.array(
        z.strictObject({
          rank: z.number(),
          scope: z.string(),
          name: z.string(),
          num: z.number(),
          den: figure,
          value: z.number(),
        }),
      ),
    }),
    rows: 'units',
    dated: true,
  },
  {
    method: 'get',
    path: '/api/v1/kpis/{kpi}/expected',
    tag: 'Statistics',
    summary: 'The expected range of each day, from the same weekdays before it (median and MAD).',
    query: pagedRangeInput,
    answer: dated({ ...asked, method: z.string(), points: z.array(expected.extend({ date: day })) }),
    rows: 'points',
    dated: true,
  },
  {
    method: 'get',
    path: '/api/v1/kpis/{kpi}/decomposition',
    tag: 'Statistics',
    summary: 'Trend, season of the weekdays, and what remains (STL).',
    query: pagedRangeInput,
    answer: dated({
      ...asked,
      method: z.literal('stl'),
      weekdays: z.array(z.number()),
      points: z.array(
        z.strictObject({
          date: day,
          value: z.number(),
          filled: z.boolean(),
          seasonal: z.number(),
          trend: z.number(),
          residual: z.number(),
        }),
      ),
    }),
    rows: 'points',
    dated: true,
  },
  {
    method: 'get',
    path: '/api/v1/kpis/{kpi}/forecast',
    tag: 'Statistics',
    summary: 'Seven days ahead by the service calendar, with the back-test of the same method.',
    query: forecastInput,
    answer: dated({ scope: z.string(), ...forecast }),
    rows: 'points',
    dated: true,
  },
  {
    method: 'get',
    path: '/api/v1/peers',
    tag: 'Statistics',
    summary: 'A kitchen among those of its island group nearest to it in size. Which ones they are is not told.',
    query: pagedRangeInput,
    answer: dated({
      scope: z.string(),
      from: day,
      to: day,
      comparisons: z.array(
        z.strictObject({
          kpi: z.string(),
          value: figure,
          peers: z
            .strictObject({
              kitchens: z.number(),
              low: z.number(),
              median: z.number(),
              high: z.number(),
              betterThan: figure,
            })
            .nullable(),
        }),
      ),
    }),
    rows: 'comparisons',
    dated: true,
  },
  {
    method: 'get',
    path: '/api/v1/insights',
    tag: 'Statistics',
    summary:
      'Statistical warnings of a day with verdicts and their precision, forecasts, and data-quality findings of the week.',
    query: insightsInput,
    answer: dated({
      scope: z.string(),
      date: day,
      warnings: z.strictObject({ total: z.number(), items: z.array(warning) }),
      precision: z.array(
        z.strictObject({
          method: z.string(),
          kpi: z.string(),
          confirmed: z.number(),
          false: z.number(),
          precision: z.number(),
        }),
      ),
      forecasts: z.array(z.strictObject(forecast)),
      findings: z.strictObject({ from: day, to: day, totals: z.array(findingTotal), items: z.array(finding) }),
    }),
    dated: true,
  },
  {
    method: 'post',
    path: '/api/v1/insights/verdicts',
    tag: 'Statistics',
    summary: 'Says whether a warning that /insights names was right; 404 where nothing is warned of.',
    body: verdictInput,
    answer: z.strictObject({ warning: z.string(), verdict: z.enum(VERDICTS), note: z.string() }),
    status: 201,
  },
];
