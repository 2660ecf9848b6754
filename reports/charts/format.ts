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
