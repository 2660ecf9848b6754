/** Numbers as people read them in Indonesia: short in the big print, exact in titles and tables. Null stays null. */
export type Unit = 'portions' | 'percent' | 'idr' | 'count' | 'score' | 'gram' | 'days' | 'rating' | 'people';

const decimal = (digits: number) =>
  new Intl.NumberFormat('id-ID', { maximumFractionDigits: digits, signDisplay: 'negative' });
const SCALES: readonly [number, string][] = [
  [1e12, 'T'],
  [1e9, 'M'],
  [1e6, 'jt'],
];

/** A short amount: 61,8 jt · 1.234. */
function short(value: number): string {
  for (const [scale, name] of SCALES) {
    if (Math.abs(value) >= scale) return `${decimal(1).format(value / scale)} ${name}`;
  }
  return decimal(0).format(value);
}

/** The value in big print, with its unit; null when there is none. */
export function formatShort(value: number | null, unit: Unit): string | null {
  if (value === null) return null;
  if (unit === 'percent') return `${decimal(1).format(value * 100)} %`;
  if (unit === 'idr') return `Rp ${short(value)}`;
  if (unit === 'gram') return `${decimal(1).format(value)} g`;
  if (unit === 'score' || unit === 'rating') return decimal(1).format(value);
  if (unit === 'days') return `${decimal(1).format(value)} hari`;
  return short(value);
}

/** The exact value for titles and tables. */
export function formatExact(value: number | null, unit: Unit): string | null {
  if (value === null) return null;
  if (unit === 'percent') return `${decimal(3).format(value * 100)} %`;
  if (unit === 'idr') return `Rp ${decimal(2).format(value)}`;
  if (unit === 'days') return `${decimal(3).format(value)} hari`;
  return unit === 'gram' ? `${decimal(3).format(value)} g` : decimal(3).format(value);
}

/**
 * How far a value stands from an earlier one: points for percentages (a percentage of a percentage misleads),
 * the difference itself for scores, ratings and days, a percentage for amounts. Null without an earlier value.
 */
export function formatChange(value: number | null, before: number | null, unit: Unit): string | null {
  if (value === null || before === null) return null;
  const signed = (options: Intl.NumberFormatOptions) =>
    new Intl.NumberFormat('id-ID', { maximumFractionDigits: 1, signDisplay: 'exceptZero', ...options });
  if (unit === 'percent') return `${signed({}).format((value - before) * 100)} poin`;
  if (unit === 'score' || unit === 'rating') return signed({}).format(value - before);
  if (unit === 'days') return `${signed({}).format(value - before)} hari`;
  if (before === 0) return value === 0 ? '0%' : null;
  const share = value / before - 1;
  // Beyond a tenfold change a percentage says less than the two values do.
  return Math.abs(share) > 9 ? null : signed({ style: 'percent' }).format(share);
}

/** '2026-11-23' → '23 Nov 2026'. */
export function formatDate(day: string): string {
  return new Intl.DateTimeFormat('id-ID', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  );
}

/** A period by its first day: '23 Nov 2026', or 'November 2026' for a month. */
export function formatPeriod(day: string, grain: 'day' | 'fortnight' | 'month'): string {
  if (grain === 'day') return formatDate(day);
  if (grain === 'fortnight') return `dua minggu dari ${formatDate(day)}`;
  return new Intl.DateTimeFormat('id-ID', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  );
}
