/**
 * What every chart shares: the frame it is drawn into, its text alternative, its words, and the table that tells the same.
 * Invariants: colours and fonts come from the design tokens; nothing is inline style, because the content policy allows none; text is
 * set as text. Works with the page's document and, on the server, with one that is passed in.
 */
import { dates, formatShort, type Language, numbers, units } from '../../warehouse/kpis/format.ts';
import type { Unit } from '../../warehouse/kpis/kpi.ts';

export type Frame = {
  width: number;
  height: number;
  /** What is measured, where and when: the text alternative's first words. */
  label: string;
  language?: Language;
  /** Times the size of type; 1.5 on a TV (`--scale` of the design tokens). */
  scale?: number;
  /** Where there is no page. */
  document?: Document;
};
/** What a chart tells, as text: for readers of tables, for files and documents. */
export type Table = { caption: string; columns: string[]; rows: string[][] };

const words = {
  date: { id: 'tanggal', en: 'date' },
  period: { id: 'periode', en: 'period' },
  value: { id: 'nilai', en: 'value' },
  status: { id: 'status', en: 'status' },
  place: { id: 'wilayah', en: 'place' },
  rank: { id: 'peringkat', en: 'rank' },
  note: { id: 'keterangan', en: 'note' },
  hour: { id: 'jam', en: 'hour' },
  target: { id: 'target', en: 'target' },
  expected: { id: 'biasanya', en: 'usually' },
  provisional: { id: 'sementara', en: 'provisional' },
  missing: { id: 'belum ada data', en: 'no data yet' },
  withheld: { id: 'tidak ditampilkan (< 5 orang)', en: 'not shown (< 5 people)' },
  last: { id: 'terakhir', en: 'last' },
  lowest: { id: 'terendah', en: 'lowest' },
  highest: { id: 'tertinggi', en: 'highest' },
  worse: { id: 'lebih buruk', en: 'worse' },
  better: { id: 'lebih baik', en: 'better' },
  planned: { id: 'direncanakan', en: 'planned' },
  cooked: { id: 'dimasak', en: 'cooked' },
  checked: { id: 'diperiksa', en: 'checked' },
  departed: { id: 'berangkat', en: 'on the road' },
  delivered: { id: 'tersalur', en: 'delivered' },
} as const;
export type Word = keyof typeof words;
export const say = (word: Word, language: Language = 'id'): string => words[word][language];

/** A word at the head of a column. */
export const heading = (word: Word, language: Language = 'id'): string => {
  const text = say(word, language);
  return text.charAt(0).toUpperCase() + text.slice(1);
};

export const sizesOf = ({ scale = 1 }: Pick<Frame, 'scale'>) => ({ small: 12 * scale, normal: 14 * scale });

/** Options of a plot that come from the frame. */
export const plotOptions = (frame: Frame) => ({
  width: frame.width,
  height: frame.height,
  ...(frame.document ? { document: frame.document } : {}),
});

/** Makes a plot a picture with a text alternative; one with links in it is a group, because a picture has no parts. */
export function finish(
  plot: SVGElement | HTMLElement,
  frame: Frame,
  description: string,
  role: 'img' | 'group' = 'img',
): SVGSVGElement {
  const svg = plot as SVGSVGElement;
  for (const style of [...svg.querySelectorAll('style')]) style.remove();
  // The library names its groups, in English, where no role lets them have a name.
  for (const group of [...svg.querySelectorAll('g[aria-label]:not([role])')]) {
    group.setAttribute('data-mark', group.getAttribute('aria-label') ?? '');
    group.removeAttribute('aria-label');
  }
  svg.setAttribute('class', 'plot');
  svg.setAttribute('role', role);
  svg.setAttribute('aria-label', frame.label);
  svg.setAttribute('color', colourOfText);
  svg.setAttribute('font-family', 'Inter, system-ui, sans-serif');
  svg.setAttribute('font-size', String(sizesOf(frame).small));
  svg.setAttribute('font-variant', 'tabular-nums');
  if (description !== '') {
    const desc = svg.ownerDocument.createElementNS('http://www.w3.org/2000/svg', 'desc');
    desc.textContent = description;
    svg.prepend(desc);
  }
  return svg;
}
const colourOfText = 'var(--ink)';

/** How wide text is, near enough to leave room for it: digits and letters of Inter are 0.6 em and less on average. */
export const textWidth = (text: string, size: number): number => Math.ceil([...text].length * size * 0.6);

/** Amounts are drawn from zero; shares, scores and ratings from where they differ. */
export const fromZero = (unit: Unit): boolean => unit !== 'percent' && unit !== 'score' && unit !== 'rating';

export const shortValue = (value: number, unit: Unit, language: Language = 'id'): string =>
  formatShort(value, unit, language) ?? '';

/** The exact value in the language of the reader. */
export function exactValue(value: number, unit: Unit, language: Language = 'id'): string {
  const { factor, exactDigits, prefix, sign } = units[unit];
  const number = numbers(language, { maximumFractionDigits: exactDigits, signDisplay: 'negative' });
  return `${prefix}${number.format(value * factor)}${sign[language]}`;
}

/** A day as text: '23 Nov', with its year '23 Nov 2026'. */
export const dayText = (date: Date, language: Language = 'id', part: 'day' | 'year' | 'month' = 'year'): string =>
  dates(language, {
    ...(part === 'month' ? {} : { day: 'numeric' }),
    month: 'short',
    ...(part === 'day' ? {} : { year: 'numeric' }),
  }).format(date);
