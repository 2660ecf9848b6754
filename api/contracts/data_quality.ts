/** Contracts of data quality: findings, completeness, payment risks, dictionary. */
import { z } from 'zod';
import { FINDING_STATES } from '../../warehouse/queries/findings.ts';
import { dictionaryInput, findingStateInput, findingsInput, listInput } from '../inputs.ts';
import type { Contract } from './contract.ts';
import { dated, day, target, text } from './shapes.ts';
import { finding, findingTotal } from './statistics.ts';

const severity = z.enum(['error', 'warning', 'info']);
const counts = { expected: z.number(), complete: z.number(), missing: z.record(z.string(), z.number()) };

const sheetTimes = z.strictObject({
  onTime: z.number(),
  late: z.number(),
  missing: z.number(),
  meanDaysLate: z.number().nullable(),
});
const times = { expected: z.number(), sheets: z.record(z.string(), sheetTimes) };

export const dataQuality: readonly Contract[] = [
  {
    method: 'get',
    path: '/api/v1/findings',
    tag: 'Data quality',
    summary: 'Impossible data by rule, kitchen and day, and what was said about it.',
    query: findingsInput,
    answer: dated({
      scope: z.string(),
      from: day,
      to: day,
      rules: z.array(z.strictObject({ id: z.string(), name: text, definition: text, severity, owner: z.string() })),
      totals: z.array(findingTotal),
      items: z.array(finding),
      undated: z.array(
        z.strictObject({
          table: z.string(),
          column: z.string(),
          text: z.string(),
          rows: z.number(),
          example: z.string(),
        }),
      ),
    }),
    rows: 'items',
    dated: true,
  },
  {
    method: 'post',
    path: '/api/v1/findings/states',
    tag: 'Data quality',
    summary: 'Says what became of a finding.',
    body: findingStateInput,
    answer: z.strictObject({
      rule: z.string(),
      scope: z.string(),
      date: day,
      state: z.enum(FINDING_STATES),
      note: z.string(),
    }),
    status: 201,
  },
  {
    method: 'get',
    path: '/api/v1/completeness',
    tag: 'Data quality',
    summary: 'Sheets missing of those that were due, by kitchen.',
    query: findingsInput,
    answer: dated({
      scope: z.string(),
      from: day,
      to: day,
      totals: z.strictObject({ ...counts, kitchens: z.number() }),
      kitchens: z.array(z.strictObject({ ...counts, scope: z.string(), name: z.string() })),
    }),
    rows: 'kitchens',
    dated: true,
  },
  {
    method: 'get',
    path: '/api/v1/timeliness',
    tag: 'Data quality',
    summary: 'Daily sheets that were there when their day ended, later, or not at all, by kitchen.',
    query: findingsInput,
    answer: dated({
      scope: z.string(),
      from: day,
      to: day,
      totals: z.strictObject({ ...times, kitchens: z.number() }),
      kitchens: z.array(z.strictObject({ ...times, scope: z.string(), name: z.string() })),
    }),
    rows: 'kitchens',
    dated: true,
  },
  {
    method: 'get',
    path: '/api/v1/payment-risks',
    tag: 'Data quality',
    summary:
      'Fortnightly financial reports not submitted yet, and (status MISSING) not even begun for a period that has ended, by days left: while late the next tranche is blocked.',
    query: listInput,
    answer: dated({
      scope: z.string(),
      date: day,
      total: z.number(),
      late: z.number(),
      items: z.array(
        z.strictObject({
          scope: z.string(),
          name: z.string(),
          period: z.string(),
          due: day,
          daysLeft: z.number(),
          status: z.string(),
        }),
      ),
    }),
    rows: 'items',
    dated: true,
  },
  {
    method: 'get',
    path: '/api/v1/dictionary',
    tag: 'Data quality',
    summary: 'Every number in words, with its formula and its lineage down to the columns of the source.',
    query: dictionaryInput,
    answer: dated({
      entries: z.array(
        z.strictObject({
          id: z.string(),
          kind: z.enum(['kpi', 'rule']),
          section: text,
          name: text,
          definition: text,
          unit: z.string(),
          format: z.strictObject({
            factor: z.number(),
            digits: z.number(),
            exactDigits: z.number(),
            prefix: z.string(),
            scaled: z.boolean(),
            sign: text,
          }),
          direction: z.string(),
          target,
          caps: z.strictObject({ small: z.number(), large: z.number() }).nullable(),
          owner: z.string(),
          severity: severity.nullable(),
          grain: z.enum(['day', 'fortnight', 'month']),
          aggregation: z.string(),
          split: z.string().nullable(),
          minimum: z.number().nullable(),
          published: z.boolean(),
          formula: z.strictObject({ numerator: z.string(), denominator: z.string().nullable() }),
          lineage: z.array(z.strictObject({ table: z.string(), columns: z.array(z.string()) })),
        }),
      ),
    }),
    rows: 'entries',
    dated: true,
  },
];
