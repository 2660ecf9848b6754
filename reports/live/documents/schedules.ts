/** Schedules: when each is due next, what became of it last, why something is held, and sending it again. */
import type { Status } from '../../design/status.ts';
import { ApiError, call } from '../api.ts';
import { button, el, setText } from '../dom.ts';
import { timeText } from '../words/words.ts';
import type { Delivery, Exportable, Schedule } from './answers.ts';
import { chip, fill, nameOf, periodOf, say, told } from './parts.ts';

const looks: Readonly<Record<Delivery['state'], Status>> = {
  ...{ planned: 'none', rendered: 'none', sending: 'none', sent: 'none', acknowledged: 'ok' },
  ...{ held: 'warn', uncertain: 'warn', dead: 'critical' },
};
const ORDER: readonly Status[] = ['critical', 'warn', 'none', 'ok'];
export const isStopped = ({ state }: Delivery) => state === 'held' || state === 'uncertain' || state === 'dead';

export function scheduleList(changed: () => void) {
  const words = say();
  const list = el('ul', { class: 'items', 'data-testid': 'schedules' });
  const none = el('p', { class: 'nodata', hidden: true }, words.noSchedules);
  let reports: readonly Exportable[] = [];

  const deliveryRow = (one: Delivery): HTMLElement => {
    const answer = el('span', { role: 'status', class: 'small' });
    const again = async () => {
      try {
        await call(`/deliveries/${one.id}/again`, { method: 'POST' });
        setText(answer, words.askedAgain);
        changed();
      } catch (error) {
        setText(answer, error instanceof ApiError ? error.message : words.never);
      }
    };
    return el(
      'li',
      { 'data-state': one.state },
      chip(looks[one.state], told(one.unit, words.deliveryStates[one.state], one.documentState)),
      el('span', { class: 'small' }, told(periodOf(one.from, one.to), one.target, one.reason)),
      isStopped(one)
        ? button(words.again, { class: 'button', 'data-testid': `again-${one.scope}`, click: () => void again() })
        : null,
      answer,
    );
  };
  const row = ({ schedule, deliveries }: { schedule: Schedule; deliveries: Delivery[] }): HTMLElement => {
    const last = deliveries[0]?.due;
    const counts = new Map<Delivery['state'], number>();
    for (const { state } of deliveries.filter(({ due }) => due === last))
      counts.set(state, (counts.get(state) ?? 0) + 1);
    const gravest = deliveries.toSorted((a, b) => ORDER.indexOf(looks[a.state]) - ORDER.indexOf(looks[b.state]));
    const stopped = deliveries.some(isStopped);
    return el(
      'li',
      { 'data-testid': `schedule-${schedule.id}` },
      el('h3', {}, schedule.id),
      el(
        'p',
        { class: 'small' },
        told(
          nameOf(reports, schedule.report),
          words.formats[schedule.format] ?? schedule.format,
          words.recipients(schedule.recipients.length),
          schedule.owner.name,
        ),
      ),
      el(
        'p',
        { class: 'line' },
        el('span', {}, schedule.enabled ? words.next(timeText(schedule.next)) : words.disabled),
        el('span', { class: 'small' }, last === undefined ? words.noRun : words.lastRun(timeText(last))),
        ...[...counts].map(([state, n]) => chip(looks[state], `${n} ${words.deliveryStates[state]}`)),
      ),
      deliveries.length === 0
        ? null
        : el(
            'details',
            { open: stopped },
            el('summary', {}, words.ledger),
            el('ul', { class: 'ledger' }, ...gravest.map(deliveryRow)),
          ),
    );
  };
  return {
    element: el(
      'section',
      { 'aria-labelledby': 'schedules-title' },
      el('h2', { id: 'schedules-title' }, words.schedules),
      none,
      list,
    ),
    update(schedules: readonly Schedule[], deliveries: readonly Delivery[], known: readonly Exportable[]) {
      reports = known;
      none.hidden = schedules.length > 0;
      const items = schedules.map((schedule) => ({
        schedule,
        deliveries: deliveries.filter((one) => one.schedule === schedule.id),
      }));
      fill(list, items, row);
    },
  };
}
