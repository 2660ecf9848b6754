/** What requests may contain: every query parameter is parsed here. */
import { z } from 'zod';
import { scopeText } from '../platform/tokens.ts';
import { FINDING_STATES } from '../warehouse/queries/findings.ts';
import { METHOD } from '../warehouse/queries/warnings.ts';
import { VERDICTS } from '../warehouse/verdicts.ts';

const DAY_MS = 86_400_000;
const MAX_DAYS = 1_100;

export const date = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date YYYY-MM-DD')
  .refine((text) => {
    const parsed = new Date(`${text}T00:00:00Z`);
    return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
  }, 'is not a day of the calendar')
  .refine((text) => text >= '2000-01-01' && text < '2100-01-01', 'must lie between 2000 and 2099');

const ordered = (value: { from: string; to: string }) => value.from <= value.to;
const bounded = (value: { from: string; to: string }) =>
  (Date.parse(value.to) - Date.parse(value.from)) / DAY_MS <= MAX_DAYS;

export const scope = scopeText;
const MAX_OFFSET = 100_000;
const MAX_ROWS = 1_000;
/** Which fields of the rows of an answer, and which of its rows, are wanted. */
const fields = z
  .string()
  .regex(/^[A-Za-z_]{1,40}(,[A-Za-z_]{1,40}){0,39}$/, 'must be names separated by commas')
  .optional();
const offset = z.coerce.number().int().min(0).max(MAX_OFFSET).default(0);
const paged = { fields, limit: z.coerce.number().int().min(1).max(MAX_ROWS).optional(), offset };
const limited = { fields, limit: z.coerce.number().int().min(1).max(MAX_ROWS).default(100), offset };
/** The part of a query that says how an answer is shown; the rest is the question. */
export const shownInput = z.object(paged);

export const kpisInput = z.strictObject(paged);
export const dictionaryInput = z.strictObject(paged);
export const summaryInput = z.strictObject({ scope: scope.default('national'), date: date.optional(), ...paged });
export const flowInput = z.strictObject({ scope: scope.default('national'), date: date.optional(), ...paged });
export const searchInput = z.strictObject({
  q: z.string().trim().min(1).max(100),
  fields,
  limit: z.coerce.number().int().min(1).max(50).default(20),
  offset: z.coerce.number().int().min(0).max(500).default(0),
});
export const attentionInput = z.strictObject({
  scope: scope.default('national'),
  date: date.optional(),
  ...limited,
});
export const unitsInput = z.strictObject({ parent: scope.optional(), ...paged });
export const freshnessInput = z.strictObject({ scope: scope.optional() });
const rangeChecks = <T extends z.ZodType<{ from: string; to: string }>>(schema: T) =>
  schema.refine(ordered, 'from must not be after to').refine(bounded, `at most ${MAX_DAYS} days at a time`);
export const seriesInput = rangeChecks(
  z.strictObject({
    scope: scope.default('national'),
    grain: z.enum(['day', 'week', 'fortnight', 'month', 'quarter', 'year']).default('day'),
    from: date,
    to: date,
    hierarchy: z.enum(['now', 'then']).default('now'),
    ...paged,
  }),
);
const range = { scope: scope.default('national'), from: date, to: date };
export const rangeInput = rangeChecks(z.strictObject(range));
export const pagedRangeInput = rangeChecks(z.strictObject({ ...range, ...paged }));
export const breakdownInput = rangeChecks(
  z.strictObject({ ...range, hierarchy: z.enum(['now', 'then']).default('now'), ...paged }),
);
export const rankingInput = rangeChecks(
  z.strictObject({
    scope: scope.default('national'),
    level: z.enum(['wilayah', 'region', 'province', 'regency', 'sppg']).default('province'),
    from: date,
    to: date,
    order: z.enum(['asc', 'desc']).default('desc'),
    ...limited,
  }),
);
export const forecastInput = z.strictObject({ scope: scope.default('national'), from: date.optional(), ...paged });
export const insightsInput = z.strictObject({
  scope: scope.default('national'),
  date: date.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export const findingsInput = rangeChecks(z.strictObject({ ...range, ...limited }));
export const listInput = z.strictObject({ scope: scope.default('national'), ...limited });
export const findingStateInput = z.strictObject({
  rule: z.string().regex(/^[a-z0-9_]{1,60}$/, 'must be the id of a rule'),
  scope,
  date,
  state: z.enum(FINDING_STATES),
  note: z.string().trim().max(1_000).default(''),
});
/** A warning as it is named by /insights: method/kpi/scope/date. */
const warningName = z
  .string()
  .max(200)
  .refine(
    (text) => {
      const [method, kpi, unit, day, ...rest] = text.split('/');
      return (
        method === METHOD &&
        /^[a-z0-9_]{1,60}$/.test(kpi ?? '') &&
        scope.safeParse(unit).success &&
        date.safeParse(day).success &&
        rest.length === 0
      );
    },
    { error: 'must be the id of a warning, as /insights names it' },
  );
export const verdictInput = z.strictObject({
  warning: warningName,
  verdict: z.enum(VERDICTS),
  note: z.string().trim().max(1_000).default(''),
});
export const sessionInput = z.union([
  z.strictObject({ token: z.string().min(10).max(8_192) }),
  z.strictObject({ demo: z.string().max(40) }),
]);

export const exportInput = z
  .strictObject({
    report: z.string().regex(/^[a-z0-9_-]{1,60}$/, 'must be the id of a report'),
    format: z.string().regex(/^[a-z0-9-]{1,10}$/, 'must be a format, e.g. csv'),
    scope: scope.default('national'),
    from: date.optional(),
    to: date.optional(),
  })
  .refine(({ from, to }) => (from === undefined) === (to === undefined), 'from and to are given together')
  .refine(
    ({ from, to }) => from === undefined || to === undefined || ordered({ from, to }),
    'from must not be after to',
  );
export const exportsInput = z.strictObject({
  ...paged,
  limit: z.coerce.number().int().min(1).max(MAX_ROWS).default(100),
});
const reportFields = {
  report: z.string().regex(/^[a-z0-9-]{1,60}$/, 'must be the id of a report'),
  scope,
  from: date,
  to: date,
};
export const reportInput = rangeChecks(z.strictObject(reportFields));
/** `known`: as it was known at that instant. */
export const reportKeyInput = rangeChecks(z.strictObject({ ...reportFields, known: z.iso.datetime().optional() }));
export const reportActInput = rangeChecks(
  z.strictObject({
    ...reportFields,
    act: z.enum(['verified', 'rejected', 'approved', 'excepted']),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256')
      .optional(),
    until: z.iso.datetime().optional(),
    reason: z.string().trim().max(1_000).default(''),
  }),
);
export const deliveriesInput = z.strictObject({
  schedule: z.string().max(61).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_ROWS).default(100),
});
export const downloadInput = z.strictObject({ reason: z.string().trim().max(500).default('') });
export const exportId = z.uuid({ error: 'must be the id of an export' });
export const signInInput = z.strictObject({
  /** Where to go afterwards: a page of this origin. */
  returnTo: z
    .string()
    .max(1_000)
    .regex(/^\/(?![/\\])[\x21-\x7e]*$/, 'must be a path of this site')
    .default('/'),
});
const word = z.string().trim().min(1).max(200);
export const auditInput = z.strictObject({
  from: date.optional(),
  to: date.optional(),
  actor: word.optional(),
  action: word.optional(),
  outcome: z.enum(['ok', 'refused', 'failed']).optional(),
  fields,
  limit: z.coerce.number().int().min(1).max(MAX_ROWS).default(100),
  /** `next` of the page before. */
  before: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z_[0-9a-f-]{36}_\d{1,15}$/, 'must be the "next" of the page before')
    .optional(),
});

/** Today's local date in Jakarta: a national day closes at 24:00 WIB. */
export const today = () => dayIn(7);

/** The local date where clocks are so many hours before UTC. */
export const dayIn = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 10);

/** The moment of an answer that changes as days end, and of one that changes as reports grow late (api/answers.ts). */
export const thisHour = () => String(Math.floor(Date.now() / 3_600_000));
export const thisMinute = () => String(Math.floor(Date.now() / 60_000));
