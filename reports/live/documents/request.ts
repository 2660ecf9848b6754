/**
 * Asking for a file: what, of which unit, about which period, in which format.
 * Invariant: only periods and formats that a document has can be chosen; whether the role may have it is the server's word.
 */
import { ApiError, call, type Session } from '../api.ts';
import { serverNow } from '../clock.ts';
import { dateField } from '../date_field.ts';
import { button, el, setText } from '../dom.ts';
import { dateText } from '../figure.ts';
import { searchBox } from '../search.ts';
import { language } from '../words/words.ts';
import type { Exportable, Exports } from './answers.ts';
import { labelled, say } from './parts.ts';

const MONTHS = 24;
const DAY_MS = 86_400_000;

export function requestForm(session: Session, changed: () => void) {
  const words = say();
  let known: Exports = { exports: [], reports: [], fortnights: [], typical: [] };
  const yesterday = new Date(serverNow() + 7 * 3_600_000 - DAY_MS).toISOString().slice(0, 10);
  let scope = session.scopes[0] ?? 'national';
  const what = el('select', { 'data-testid': 'ask-report', change: () => show() });
  const format = el('select', { 'data-testid': 'ask-format' });
  const unit = el('select', { 'data-testid': 'ask-unit', change: () => choose(unit.value) });
  const of = el('p', { class: 'small', role: 'status', hidden: true });
  const day = dateField({ 'data-testid': 'ask-day' });
  const from = dateField({ 'data-testid': 'ask-from' });
  const to = dateField({ 'data-testid': 'ask-to' });
  const fortnight = el('select', { 'data-testid': 'ask-fortnight' });
  const month = el('select', { 'data-testid': 'ask-month' }, ...months(yesterday));
  day.show(yesterday);
  from.show(`${yesterday.slice(0, 8)}01`);
  to.show(yesterday);
  const periods = {
    day: labelled(words.day, day.element),
    fortnight: labelled(words.fortnight, fortnight),
    month: labelled(words.month, month),
    range: el('span', { class: 'pair' }, labelled(words.from, from.element), labelled(words.to, to.element)),
  };
  const answer = el('p', { role: 'status', class: 'small', 'data-testid': 'ask-answer' });
  const submit = el('button', { type: 'submit', class: 'button main', 'data-testid': 'ask' }, words.request);
  const register = button(words.register, { class: 'button', 'data-testid': 'ask-register', click: () => send(true) });

  const chosen = (): Exportable | undefined => known.reports.find(({ id }) => id === what.value);
  const kindOf = (report: Exportable) => (report.period ? (report.of ?? 'range') : undefined);
  function choose(next: string, name = '') {
    scope = next;
    of.hidden = name === '';
    setText(of, name === '' ? '' : words.chosenUnit(name));
  }
  function show() {
    const report = chosen();
    if (report === undefined) return;
    const before = format.value;
    format.replaceChildren(
      ...report.formats.map((id) =>
        el('option', { value: id, selected: id === before }, words.formats[id] ?? id.toUpperCase()),
      ),
    );
    for (const [kind, element] of Object.entries(periods)) element.hidden = kind !== kindOf(report);
    register.hidden = report.of === null;
  }
  function period(report: Exportable): { from?: string; to?: string } {
    switch (kindOf(report)) {
      case 'day':
        return { from: day.input.value, to: day.input.value };
      case 'fortnight': {
        const [first = '', last = ''] = fortnight.value.split('..');
        return { from: first, to: last };
      }
      case 'month': {
        const [year = 0, at = 0] = month.value.split('-').map(Number);
        return { from: `${month.value}-01`, to: new Date(Date.UTC(year, at, 0)).toISOString().slice(0, 10) };
      }
      case 'range':
        return { from: from.input.value, to: to.input.value };
      default:
        return {};
    }
  }
  async function send(intoRegister: boolean) {
    const report = chosen();
    if (report === undefined) return;
    answer.classList.remove('error');
    submit.disabled = register.disabled = true;
    try {
      const body = { report: report.id, scope, ...period(report) };
      const sent = intoRegister ? body : { ...body, format: format.value };
      await call(intoRegister ? '/reports' : '/exports', { method: 'POST', body: JSON.stringify(sent) });
      setText(answer, intoRegister ? words.registered : words.requested);
      changed();
    } catch (error) {
      answer.classList.add('error');
      setText(answer, error instanceof ApiError ? error.message : words.never);
    } finally {
      submit.disabled = register.disabled = false;
    }
  }

  const single = session.scopes.length === 1 && session.scopes[0]?.startsWith('sppg:');
  const search = searchBox((next, name) => choose(next, name));
  const element = el(
    'form',
    {
      class: 'ask',
      'aria-labelledby': 'ask-title',
      submit: (event) => {
        event.preventDefault();
        void send(false);
      },
    },
    el('h2', { id: 'ask-title' }, words.ask),
    el(
      'div',
      { class: 'fields' },
      labelled(words.document, what),
      ...Object.values(periods),
      labelled(words.format, format),
      single ? null : labelled(words.unit, unit),
      single ? null : search,
    ),
    of,
    el('p', { class: 'acts' }, submit, register),
    answer,
  );
  unit.replaceChildren(
    ...session.scopes.map((own) => el('option', { value: own }, own === 'national' ? 'Nasional' : own)),
  );
  return {
    element,
    update(next: Exports) {
      const first = known.reports.length === 0;
      known = next;
      if (!first) return;
      const option = ({ id, name }: Exportable) => el('option', { value: id }, name[language()]);
      what.replaceChildren(
        el('optgroup', { label: words.documents }, ...known.reports.filter(({ of }) => of !== null).map(option)),
        el('optgroup', { label: words.data }, ...known.reports.filter(({ of }) => of === null).map(option)),
      );
      fortnight.replaceChildren(
        ...known.fortnights.map((one) =>
          el('option', { value: `${one.from}..${one.to}` }, `${dateText(one.from)} – ${dateText(one.to)}`),
        ),
      );
      // The one that is over is asked for, not the one that has begun.
      const over = known.fortnights.findIndex((one) => one.to <= yesterday);
      if (over > 0) fortnight.selectedIndex = over;
      show();
    },
  };
}

/** The last months, the newest that is over first. */
function months(yesterday: string): HTMLOptionElement[] {
  const [year = 0, month = 1] = yesterday.split('-').map(Number);
  const name = new Intl.DateTimeFormat(language() === 'id' ? 'id-ID' : 'en-GB', {
    ...{ month: 'long', year: 'numeric', timeZone: 'UTC' },
  });
  return Array.from({ length: MONTHS }, (_, back) => {
    const first = new Date(Date.UTC(year, month - 1 - back, 1));
    return el('option', { value: first.toISOString().slice(0, 7), selected: back === 1 }, name.format(first));
  });
}
