/** Contracts of what the live screen asks beside the figures: the day's flow, search, attention, preferences, operations. */
import { z } from 'zod';
import { CODES } from '../../platform/conditions.ts';
import { sentPreferences, toldPreferences } from '../../platform/preferences.ts';
import { siteProgress } from '../../platform/queues.ts';
import { attentionInput, flowInput, searchInput } from '../inputs.ts';
import type { Contract } from './contract.ts';
import { asOf, dated, day, figure, level, replicated } from './shapes.ts';

/** A code, its facts, and both in an English sentence. */
const condition = z.looseObject({ code: z.enum(CODES), text: z.string() });
const stage = z.enum(['planned', 'cooked', 'checked', 'departed', 'delivered']);
const item = z.strictObject({
  kind: z.enum(['threshold', 'warning', 'finding', 'report_due']),
  severity: z.enum(['critical', 'warn', 'info']),
  kpi: z.string().optional().meta({ description: 'The KPI it is about.' }),
  rule: z.string().optional().meta({ description: 'The rule of a finding.' }),
  reason_id: z.string(),
  reason_en: z.string(),
  since: day
    .nullable()
    .meta({ description: 'The first day of it, as far back as was looked; null where none is known.' }),
  scope: z.string().meta({ description: 'The unit to look at first.' }),
  name: z.string(),
  href: z.string().meta({ description: 'The view of the live screen that shows it.' }),
  count: z.number().meta({ description: 'Units, findings or reports it is true of.' }),
});

const count = z.number().nullable();
const siteBuild = z.strictObject({
  kind: z.enum(['full', 'units', 'rollback']),
  state: z.enum(['running', 'done', 'unchanged', 'failed']),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  pages: z.number(),
  by: z.string(),
  release: z.string(),
  reason: z.string(),
});

export const screen: readonly Contract[] = [
  {
    method: 'get',
    path: '/api/v1/flow',
    tag: 'Figures',
    summary:
      "Portions of a day by the hour of each kitchen's own clock: planned, cooked, checked, departed, delivered. What has no time of its own counts in the total and in no hour.",
    query: flowInput,
    answer: dated({
      scope: z.string(),
      name: z.string(),
      level,
      date: day,
      stages: z.array(
        z.strictObject({
          stage,
          total: figure.meta({
            description: 'Portions of the day, as its KPI has them where there is one; null: no data.',
          }),
          untimed: z.number().meta({ description: 'Portions of the total without a time.' }),
        }),
      ),
      hours: z
        .array(
          z.strictObject({
            hour: z.number().int(),
            planned: figure,
            cooked: figure,
            checked: figure,
            departed: figure,
            delivered: figure,
          }),
        )
        .meta({
          description:
            'Sums from midnight to the end of each hour, 0 to 23; null: no data, not for this role, or an hour that has not begun anywhere in the scope (the plan is told whole). What was done earlier counts in 0, later in 23.',
        }),
    }),
    rows: 'hours',
    dated: true,
  },
  {
    method: 'get',
    path: '/api/v1/units/search',
    tag: 'Figures',
    summary: "Units of the caller's scope whose name or code has a word that begins like each word asked for.",
    query: searchInput,
    answer: dated({
      q: z.string(),
      units: z.array(
        z.strictObject({
          ...{ scope: z.string(), name: z.string(), level, code: z.string() },
          path: z.string().optional().meta({
            description: "Names of the units above it, from the caller's own scope down; absent without any.",
          }),
        }),
      ),
    }),
    rows: 'units',
    dated: true,
  },
  {
    method: 'get',
    path: '/api/v1/attention',
    tag: 'Figures',
    summary:
      'What needs attention on a day, the most urgent first: KPIs off their limits, statistical warnings, impossible data, reports due.',
    query: attentionInput,
    answer: dated({
      ...{ scope: z.string(), date: day, total: z.number(), items: z.array(item) },
      places: z.strictObject({ level, critical: z.number() }).nullable().meta({
        description: 'How many of the units right below have a critical figure; null where the role sees none below.',
      }),
    }),
    rows: 'items',
    dated: true,
  },
  {
    method: 'get',
    path: '/api/v1/preferences',
    tag: 'Session',
    summary: 'What the caller has chosen for the live screen, beside the defaults of the role. API keys have none.',
    answer: toldPreferences,
  },
  {
    method: 'put',
    path: '/api/v1/preferences',
    tag: 'Session',
    summary: 'Keeps what the caller has chosen; what was told may be sent back whole.',
    body: sentPreferences,
    answer: toldPreferences,
  },
  {
    method: 'delete',
    path: '/api/v1/preferences',
    tag: 'Session',
    summary: "Back to the role's defaults.",
    answer: toldPreferences,
  },
  {
    method: 'get',
    path: '/api/v1/operations',
    tag: 'Platform',
    summary: 'For operators: engines, lag of each table, queues, cache, parked rows, sockets, measured uptime.',
    answer: z
      .strictObject({
        at: z.string(),
        ready: z.boolean(),
        reasons: z.array(condition),
        warnings: z.array(condition),
        asOf: asOf.nullable(),
        engines: z.array(
          z.strictObject({ engine: z.enum(['clickhouse', 'redis', 'source']), up: z.boolean().nullable() }),
        ),
        source: z
          .strictObject({
            readAt: z.string(),
            walBytesPerSecond: count,
            slotActive: z.boolean().nullable(),
            lagBytes: count,
            keptBytes: count,
            budgetBytes: count,
            budgetSeconds: count,
          })
          .nullable(),
        tables: z
          .array(
            replicated.extend({
              lagMs: count.meta({
                description: 'From the commit in the source to the load, of the last batch with rows of it.',
              }),
              reconciledAt: z.string().nullable(),
            }),
          )
          .nullable(),
        batches: z.strictObject({ waiting: z.number(), active: z.number(), delayed: z.number() }).nullable(),
        queues: z.array(
          z.strictObject({
            queue: z.string(),
            jobs: z
              .strictObject({ waiting: z.number(), active: z.number(), delayed: z.number(), failed: z.number() })
              .nullable(),
          }),
        ),
        parked: z
          .strictObject({
            total: z.number(),
            first: z.array(z.strictObject({ id: z.string(), reason: z.string(), endLsn: z.string() })),
          })
          .nullable(),
        site: z
          .strictObject({
            on: z.boolean(),
            held: z.boolean().meta({ description: 'Somebody rolled back: only what is asked for is built.' }),
            release: z.string().nullable(),
            committedAt: z.string().nullable(),
            narrative: z.boolean().nullable(),
            failed: siteBuild.nullable().meta({ description: 'The last failure that no later build has made good.' }),
            building: siteProgress.nullable(),
            builds: z.array(siteBuild),
          })
          .nullable(),
        cache: z.strictObject({
          hit: z.number(),
          waited: z.number(),
          miss: z.number(),
          stale: z.number(),
          hitRate: figure.meta({ description: 'Share of answers that needed no computation; null before the first.' }),
          bytes: z.number(),
        }),
        live: z.strictObject({ sockets: z.number(), subscriptions: z.number() }),
        uptime: z
          .strictObject({ day: figure, month: figure })
          .meta({ description: 'Shares of the last 1 and 30 days.' }),
      })
      .meta({
        description: 'What cannot be read is null, never zero. Cache and live are of the process that answers.',
      }),
  },
];
