/** Choices that are part of the view: the measure, the period, the comparison. Changing one changes the address. */
import { type Compare, isDay, PERIODS, rangeOf } from './address.ts';
import { dateField } from './date_field.ts';
import { el } from './dom.ts';
import type { Desk } from './widget.ts';
import { language, words } from './words/words.ts';

type Picker = { element: HTMLElement; update(): void };
const labelled = (name: string, control: HTMLElement) =>
  el('label', { class: 'picker' }, el('span', {}, name), control);

/** The measure, by section. */
export function measurePicker(desk: Desk): Picker {
  const select = el('select', { 'data-testid': 'measure', change: () => desk.go({ kpi: select.value }) });
  let built = '';
  return {
    element: labelled(words().measure, select),
    update() {
      const kpis = desk.kpis();
      const key = kpis.map(({ id }) => id).join();
      if (built !== key) {
        built = key;
        const sections = new Map(kpis.map((kpi) => [kpi.section, kpi.sectionName[language()]]));
        select.replaceChildren(
          ...[...sections].map(([section, label]) =>
            el(
              'optgroup',
              { label },
              ...kpis
                .filter((kpi) => kpi.section === section)
                .map((kpi) => el('option', { value: kpi.id }, kpi.name[language()])),
            ),
          ),
        );
      }
      select.value = desk.view().kpi;
    },
  };
}

const OWN = 'own';

/** So many days back, or two dates. */
export function periodPicker(desk: Desk): Picker {
  const select = el(
    'select',
    { 'data-testid': 'period', change: () => choose() },
    ...PERIODS.map((days) => el('option', { value: days }, words().days(Number(days)))),
    el('option', { value: OWN }, words().ownRange),
  );
  const dates = () => {
    const [first, last] = [from.input.value, to.input.value];
    if (isDay(first) && isDay(last)) desk.go({ period: `${first}..${last}` });
  };
  const from = dateField({ change: dates });
  const to = dateField({ change: dates });
  const own = el(
    'span',
    { class: 'own', hidden: true },
    labelled(words().from, from.element),
    labelled(words().to, to.element),
  );
  const choose = () => {
    own.hidden = select.value !== OWN;
    if (select.value !== OWN) desk.go({ period: select.value });
    else from.input.focus();
  };
  return {
    element: el('span', { class: 'period' }, labelled(words().period, select), own),
    update() {
      const { period, date } = desk.view();
      const isOwn = period.includes('..');
      select.value = isOwn ? OWN : period;
      own.hidden = !isOwn;
      const range = rangeOf(period, date ?? desk.summary()?.date ?? new Date().toISOString().slice(0, 10));
      from.show(range.from);
      to.show(range.to);
    },
  };
}

/** What the period is compared with. */
export function comparePicker(desk: Desk, canAbove: () => boolean): Picker {
  const above = el('option', { value: 'above' }, words().compareAbove);
  const select = el(
    'select',
    { 'data-testid': 'compare', change: () => desk.go({ compare: select.value as Compare }) },
    el('option', { value: 'none' }, words().compareNone),
    el('option', { value: 'previous' }, words().comparePrevious),
    el('option', { value: 'year' }, words().compareYear),
    above,
  );
  return {
    element: labelled(words().compare, select),
    update() {
      above.hidden = above.disabled = !canAbove();
      select.value = above.disabled && desk.view().compare === 'above' ? 'none' : desk.view().compare;
    },
  };
}
