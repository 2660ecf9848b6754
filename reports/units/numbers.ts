/** Numbers on a page: short, with the exact value as title; without one, why there is none. */

import { formatExact, formatShort, type Language } from '../../warehouse/kpis/format.ts';
import type { Kpi } from '../../warehouse/kpis/kpi.ts';
import type { Figure } from '../../warehouse/kpis/registry.ts';
import { say } from '../charts/chart.ts';
import { isSafety } from '../design/boards.ts';
import { type Status, statuses } from '../design/status.ts';
import { type Html, html } from './markup.ts';
import { definitionOf, type View } from './view.ts';

/** A number stays on one line with its sign and unit. */
const whole = (text: string | null): string => text?.replaceAll(' ', '\u00a0') ?? '';

/** Short, or why there is none. */
export function short(figure: Figure | null, unit: Kpi['unit'], language: Language): Html {
  return figure === null || figure.value === null
    ? html`<i>${say(figure?.withheld ? 'withheld' : 'missing', language)}</i>`
    : html`${whole(formatShort(figure.value, unit, language))}`;
}

export function number(figure: Figure | null, unit: Kpi['unit'], language: Language): Html {
  const told = short(figure, unit, language);
  const exact = formatExact(figure?.value ?? null, unit, language);
  return exact === null || exact === formatShort(figure?.value ?? null, unit, language)
    ? told
    : html`<data value="${figure?.value}" title="${exact}">${told}</data>`;
}

export const amount = (value: number | null, unit: Kpi['unit'], language: Language): Html =>
  number({ num: value, den: null, value }, unit, language);

/** Shape, word and colour. */
export function mark(kpi: string, status: Status, figure: Figure, language: Language): Html {
  const look: Status = figure.value === null ? 'missing' : status;
  const word = figure.withheld ? say('withheld', language) : statuses[look].word[language];
  const safety = look === 'critical' && isSafety(kpi) ? ' danger' : '';
  return html`<span class="is ${look}${safety}"><span aria-hidden="true">${statuses[look].glyph}</span> ${word}</span>`;
}

/** A KPI's name, leading to its definition. */
export const defined = (view: View, { id, name }: Pick<Kpi, 'id' | 'name'>): Html =>
  html`<a href="${definitionOf(view, id)}">${name[view.language]}</a>`;
