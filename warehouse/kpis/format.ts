/**
 * Numbers as people read them: short in the big print, exact in titles and tables; Indonesian unless English is asked for.
 * Invariants: null stays null; how a unit is written is told here once, for screens, files and the data dictionary.
 */
import type { Kpi, Unit } from './kpi.ts';

export type Language = 'id' | 'en';
/** A value is told times `factor` with so many decimals, after a prefix and before the unit's sign; `scaled`: millions as "jt". */
export type Format = { factor: number; digits: number; exactDigits: number; prefix: string; scaled: boolean };
type UnitWords = { name: Record<Language, string>; sign: Record<Language, string> };

const plain: Format = { factor: 1, digits: 0, exactDigits: 3, prefix: '', scaled: true };
const oneDigit: Format = { ...plain, digits: 1, scaled: false };
const none = { id: '', en: '' };

export const units: Readonly<Record<Unit, Format & UnitWords>> = {
  portions: { ...plain, name: { id: 'porsi', en: 'portions' }, sign: none },
  people: { ...plain, name: { id: 'orang', en: 'people' }, sign: none },
  count: { ...plain, name: { id: 'jumlah', en: 'count' }, sign: none },
  idr: { ...plain, exactDigits: 2, prefix: 'Rp ', name: { id: 'rupiah', en: 'rupiah' }, sign: none },
  percent: { ...oneDigit, factor: 100, name: { id: 'persen', en: 'percent' }, sign: { id: ' %', en: '%' } },
  gram: { ...oneDigit, name: { id: 'gram', en: 'grams' }, sign: { id: ' g', en: ' g' } },
  days: { ...oneDigit, name: { id: 'hari', en: 'days' }, sign: { id: ' hari', en: ' days' } },
  score: { ...oneDigit, name: { id: 'skor 0–100', en: 'score 0–100' }, sign: none },
  rating: { ...oneDigit, name: { id: 'nilai 1–5', en: 'rating 1–5' }, sign: none },
};

const locales: Readonly<Record<Language, string>> = { id: 'id-ID', en: 'en-GB' };

// Making a formatter takes a hundred times as long as using it, and there are few different ones.
const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();
function kept<T extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, make: () => T): T {
  const held = made.get(key) ?? make();
  made.set(key, held);
  return held as T;
}

/** The formatter of numbers with these options in a language. */
export const numbers = (language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat =>
  kept(`${language} ${JSON.stringify(options)}`, () => new Intl.NumberFormat(locales[language], options));

/** The formatter of days (UTC) with these parts in a language. */
export const dates = (language: Language, parts: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  kept(
    `d ${language} ${JSON.stringify(parts)}`,
    () => new Intl.DateTimeFormat(locales[language], { ...parts, timeZone: 'UTC' }),
  );
const SCALES: readonly [number, Record<Language, string>][] = [
  [1e12, { id: 'T', en: 'tn' }],
  [1e9, { id: 'M', en: 'bn' }],
  [1e6, { id: 'jt', en: 'm' }],
];

const decimal = (digits: number, language: Language) =>
  numbers(language, { maximumFractionDigits: digits, signDisplay: 'negative' });

/** The value in big print, with its unit: 61,8 jt · 98,6 %; null when there is none. */
export function formatShort(value: number | null, unit: Unit, language: Language = 'id'): string | null {
  if (value === null) return null;
  const { factor, digits, prefix, sign, scaled } = units[unit];
  const scale = scaled ? SCALES.find(([size]) => Math.abs(value) >= size) : undefined;
  const number = scale
    ? `${decimal(1, language).format(value / scale[0])} ${scale[1][language]}`
    : decimal(digits, language).format(unit === 'percent' ? nearly(value * factor, digits) : value * factor);
  return `${signed(prefix, number)}${sign[language]}`;
}

/** A minus stands before the currency: -Rp 5 jt. */
const signed = (prefix: string, number: string): string =>
  prefix !== '' && number.startsWith('-') ? `-${prefix}${number.slice(1)}` : `${prefix}${number}`;

/** Percent before it is rounded: what is not quite all, or not quite nothing, is never told as all or nothing. */
function nearly(percent: number, digits: number): number {
  const step = 10 ** -digits;
  if (percent < 100 && percent > 100 - step) return 100 - step;
  return percent > 0 && percent < step ? step : percent;
}

/** Limits of a target: 95 % – 105 %, ≥ 95 %, ≤ Rp 10.000; null where there is none. */
export function formatLimits(target: Kpi['target'], unit: Unit, language: Language = 'id'): string | null {
  const low = formatShort(target?.low ?? null, unit, language);
  const high = formatShort(target?.high ?? null, unit, language);
  if (low !== null && high !== null) return low === high ? low : `${low} – ${high}`;
  if (low !== null) return `≥ ${low}`;
  return high === null ? null : `≤ ${high}`;
}

/** The exact value for titles and tables. */
export function formatExact(value: number | null, unit: Unit, language: Language = 'id'): string | null {
  if (value === null) return null;
  const { factor, exactDigits, prefix, sign } = units[unit];
  return `${signed(prefix, decimal(exactDigits, language).format(value * factor))}${sign[language]}`;
}

const points: Readonly<Record<Language, string>> = { id: 'poin', en: 'points' };

/**
 * How far a value stands from an earlier one: points for percentages (a percentage of a percentage misleads),
 * the difference itself for scores, ratings and days, a percentage for amounts. Null without an earlier value.
 */
export function formatChange(
  value: number | null,
  before: number | null,
  unit: Unit,
  language: Language = 'id',
): string | null {
  if (value === null || before === null) return null;
  const signed = (options: Intl.NumberFormatOptions) =>
    numbers(language, { maximumFractionDigits: 1, signDisplay: 'exceptZero', ...options });
  if (unit === 'percent') return `${signed({}).format((value - before) * 100)} ${points[language]}`;
  if (unit === 'score' || unit === 'rating') return signed({}).format(value - before);
  if (unit === 'days') return `${signed({}).format(value - before)}${units.days.sign[language]}`;
  const percent = (share: number) => `${signed({}).format(100 * share)}${units.percent.sign[language]}`;
  if (before === 0) return value === 0 ? percent(0) : null;
  const share = value / before - 1;
  // Beyond a tenfold change a percentage says less than the two values do.
  return Math.abs(share) > 9 ? null : percent(share);
}

/** '2026-11-23' → '23 Nov 2026'. */
export function formatDate(day: string, language: Language = 'id'): string {
  return dates(language, { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(`${day}T00:00:00Z`));
}
