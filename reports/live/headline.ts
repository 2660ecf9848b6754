/** The screen's first sentence: is the day all right? */
import type { Attention, Summary } from './api.ts';
import { dateText, short } from './figure.ts';
import { words } from './words/words.ts';

export const wrongIn = (summary: Summary) =>
  summary.kpis.filter(({ status }) => status === 'warn' || status === 'critical');

/** `places`: how many units below need attention, where that is known. */
export function headline(summary: Summary, today: boolean, places?: Attention['places']): string {
  const say = words();
  const value = (id: string) => summary.kpis.find((kpi) => kpi.id === id)?.value ?? null;
  const target = value('portions_target');
  const wrong = wrongIn(summary).length;
  const day = today ? say.today : dateText(summary.date);
  const attention =
    places && places.critical > 0
      ? say.placesWrong(places.critical, say.levelNames(places.level))
      : wrong === 0
        ? say.allWell
        : say.measuresWrong(wrong);
  // Whose field is another one is not told that this one lacks data.
  if (!summary.kpis.some(({ id }) => id === 'portions_target')) return `${day}: ${attention}.`;
  const delivered =
    target === null
      ? say.notDelivered
      : say.delivered(short(value('portions_delivered') ?? 0, 'portions') ?? '', short(target, 'portions') ?? '');
  return `${day} ${delivered}; ${attention}.`;
}
