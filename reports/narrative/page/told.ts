/**
 * Figures of extracts as a sentence or a table tells them. Pure, for the server and for an author's preview.
 * Invariant: nothing is told where there is no value; what is missing is said in words.
 */
import {
  formatChange,
  formatDate,
  formatExact,
  formatLimits,
  formatShort,
  type Language,
} from '../../../warehouse/kpis/format.ts';
import type { Kpi } from '../../../warehouse/kpis/kpi.ts';
import { type Status, statuses } from '../../design/status.ts';
import { say } from './words.ts';

export type Measure = Pick<Kpi, 'id' | 'name' | 'unit' | 'direction' | 'target' | 'grain'>;
export type Span = 'day' | 'week' | 'month';
/** A row of `figures.standing`, with its target where it has one. */
export type Standing = {
  kpi: string;
  span: string;
  num: number | null;
  den: number | null;
  value: number | null;
  withheld?: boolean;
  low?: number | null;
  high?: number | null;
  status?: string | null;
};

export const standingOf = (rows: Iterable<Standing>, kpi: string, span: string): Standing | undefined => {
  for (const row of rows) if (row.kpi === kpi && row.span === span) return row;
  return undefined;
};

export type Told = { text: string; exact: string; known: boolean };

/** A number in short, with its exact value for a title. */
export function tell(value: number | null | undefined, unit: Kpi['unit'], language: Language, withheld = false): Told {
  const known = value ?? null;
  if (known === null) {
    const text = say(withheld ? 'withheld' : 'missing', language);
    return { text, exact: text, known: false };
  }
  return {
    text: formatShort(known, unit, language) ?? '',
    exact: formatExact(known, unit, language) ?? '',
    known: true,
  };
}

export const tellFigure = (rows: Iterable<Standing>, measure: Measure, span: string, language: Language): Told => {
  const row = standingOf(rows, measure.id, span);
  return tell(row?.value, measure.unit, language, row?.withheld);
};

/** How a figure has moved since the span before: "naik 3,2 %"; undefined where there is nothing to compare. */
export function tellChange(
  rows: Iterable<Standing>,
  measure: Measure,
  span: Exclude<Span, 'day'>,
  language: Language,
): { text: string; better: boolean | null } | undefined {
  const all = [...rows];
  const value = standingOf(all, measure.id, span)?.value ?? null;
  const before = standingOf(all, measure.id, `${span}_before`)?.value ?? null;
  const change = formatChange(value, before, measure.unit, language);
  if (value === null || before === null || change === null) return undefined;
  if (/^[+−-]?0(?:[^\d,.]|$)/.test(change) || value === before) return { text: say('same', language), better: null };
  const up = value > before;
  const judged = measure.direction === 'up' || measure.direction === 'down';
  return {
    text: `${say(up ? 'up' : 'down', language)} ${change.replace(/^[+−-]/, '')}`,
    better: judged ? up === (measure.direction === 'up') : null,
  };
}

export type StatusTold = { glyph: string; word: string; status: Status };
const isStatus = (text: string): text is Status => Object.hasOwn(statuses, text);

export function tellStatus(row: Standing | undefined, language: Language): StatusTold | undefined {
  const value = row?.value ?? null;
  const status = value === null ? 'missing' : (row?.status ?? 'none');
  if (!isStatus(status) || status === 'none') return undefined;
  const { glyph, word } = statuses[status];
  return { glyph, word: word[language], status };
}

/** The target in force; null where there is none. */
export const tellTarget = (row: Standing | undefined, measure: Measure, language: Language): string | null => {
  const own = row?.low === undefined && row?.high === undefined ? measure.target : null;
  const target = row && (row.low ?? row.high ?? null) !== null ? { low: row.low ?? null, high: row.high ?? null } : own;
  return formatLimits(target, measure.unit, language);
};

/** A day of an extract, whether it comes as a date or as text. */
export const dayOf = (day: Date | string | number): string =>
  typeof day === 'string' ? day.slice(0, 10) : new Date(day).toISOString().slice(0, 10);

export const tellDay = (day: Date | string | number, language: Language): string => formatDate(dayOf(day), language);

/** An instant as the programme's clock has it (WIB). */
export const tellInstant = (iso: string | null, language: Language): string =>
  iso === null
    ? say('missing', language)
    : `${new Intl.DateTimeFormat(language === 'id' ? 'id-ID' : 'en-GB', {
        dateStyle: 'long',
        timeStyle: 'short',
        timeZone: 'Asia/Jakarta',
      }).format(new Date(iso))} WIB`;

/** The list of a sentence: "A, B, dan C". */
export const tellList = (names: readonly string[], language: Language): string =>
  new Intl.ListFormat(language === 'id' ? 'id-ID' : 'en-GB', { type: 'conjunction' }).format(names);
