/**
 * The view and the address are one: every view can be sent as a link, and back and forward lead through them.
 * Invariant: what is read from an address is within bounds, whatever somebody wrote there.
 */
export type Compare = 'none' | 'previous' | 'year' | 'above';
export type View = {
  scope: string;
  /** The day told; the present one where null. */
  date: string | null;
  kpi: string;
  /** Days back from the day told, or `from..to`. */
  period: string;
  compare: Compare;
};

export const PERIODS = ['7', '30', '60', '90', '180', '365'] as const;
const STANDARD = { kpi: 'portions_delivered', period: '60', compare: 'none' } as const;
const COMPARES: readonly string[] = ['none', 'previous', 'year', 'above'] satisfies Compare[];
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const SCOPE = /^(national|(wilayah|region|province|regency|sppg):[\w.-]{1,64})$/;
const RANGE = /^\d{4}-\d{2}-\d{2}\.\.\d{4}-\d{2}-\d{2}$/;

export const isDay = (text: string): boolean => DAY.test(text) && !Number.isNaN(Date.parse(text));
const isPeriod = (text: string): boolean =>
  (PERIODS as readonly string[]).includes(text) || (RANGE.test(text) && text.split('..').every(isDay));

export function readView(search: string, ownScope: string): View {
  const query = new URLSearchParams(search);
  const read = <T extends string>(name: string, fits: (text: string) => boolean, standard: T): T => {
    const text = query.get(name);
    return text !== null && fits(text) ? (text as T) : standard;
  };
  const date = query.get('date');
  return {
    scope: read('scope', (text) => SCOPE.test(text), ownScope),
    date: date !== null && isDay(date) ? date : null,
    kpi: read('kpi', (text) => /^[a-z0-9_]{1,60}$/.test(text), STANDARD.kpi),
    period: read('period', isPeriod, STANDARD.period),
    compare: read<Compare>('compare', (text) => COMPARES.includes(text), STANDARD.compare),
  };
}

/** The address of a view: what is as usual is left out. */
export function addressOf({ scope, date, ...rest }: View): string {
  const query = new URLSearchParams({ scope });
  if (date !== null) query.set('date', date);
  for (const name of ['kpi', 'period', 'compare'] as const)
    if (rest[name] !== STANDARD[name]) query.set(name, rest[name]);
  return `/?${query}`;
}

const DAY_MS = 86_400_000;
const moved = (day: string, days: number) => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

/** First and last day of the period of a view whose day is `date`. */
export function rangeOf(period: string, date: string): { from: string; to: string } {
  const [first, last] = period.split('..');
  if (first !== undefined && last !== undefined)
    return first <= last ? { from: first, to: last } : { from: last, to: first };
  return { from: moved(date, 1 - Number(period)), to: date };
}

/** The range a comparison is read from, and by how many days its points are moved to lie beside the others. */
export function comparedRange({ from, to }: { from: string; to: string }, compare: 'previous' | 'year') {
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  // Weekdays stay on weekdays: a service day is compared with a service day.
  const by = compare === 'year' ? 364 : Math.ceil(days / 7) * 7;
  return { from: moved(from, -by), to: moved(to, -by), by };
}
export { moved as movedDay };
