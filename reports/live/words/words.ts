/**
 * The words of the screen, in the language of the reader. Each language is one file with the same keys; the compiler holds them to it.
 * Names and definitions of numbers are not here: they come with the registry.
 */
import type { Language } from '../../../warehouse/kpis/format.ts';
import { en } from './en.ts';
import { id, type Words } from './id.ts';

const dictionaries: Readonly<Record<Language, Words>> = { id, en };
const KEPT = 'lumbung.language';

const isLanguage = (text: string | null): text is Language => text === 'id' || text === 'en';
let current: Language = 'id';

export const language = (): Language => current;
export const words = (): Words => dictionaries[current];

/** What the address asks for, else what was chosen on this device, else Indonesian. */
export function recallLanguage(): void {
  const asked = new URLSearchParams(location.search).get('lang');
  const kept = localStorage.getItem(KEPT);
  useLanguage(isLanguage(asked) ? asked : isLanguage(kept) ? kept : 'id');
}

export function useLanguage(next: Language): void {
  current = next;
  document.documentElement.lang = next;
  localStorage.setItem(KEPT, next);
}

const locales: Readonly<Record<Language, string>> = { id: 'id-ID', en: 'en-GB' };

/** The time of day: 09.41 or 09:41, of another day with its date. */
export function timeText(at: string | number | Date, now = Date.now()): string {
  const time = new Date(at);
  const today = time.toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(locales[current], {
    ...(today ? {} : { day: 'numeric', month: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
  }).format(time);
}

/** A span of time in words: 4 detik, 12 menit, 3 jam, 2 hari. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const [count, unit] =
    seconds < 90
      ? [seconds, 'second']
      : seconds < 5_400
        ? [Math.round(seconds / 60), 'minute']
        : seconds < 129_600
          ? [Math.round(seconds / 3_600), 'hour']
          : [Math.round(seconds / 86_400), 'day'];
  return new Intl.NumberFormat(locales[current], { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}
