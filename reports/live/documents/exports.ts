/**
 * Files that were asked for: how far each is, its download, and the way back.
 * Invariant: the bar tells time, not work: how long such a file took lately, as a median; where nothing is known, or it takes longer,
 * it says so instead of standing at the end.
 */

import type { Status } from '../../design/status.ts';
import { ApiError, call } from '../api.ts';
import { serverNow } from '../clock.ts';
import { button, el, setText } from '../dom.ts';
import { spanText, timeText } from '../words/words.ts';
import type { Export, Exports } from './answers.ts';
import { chip, fill, labelled, nameOf, periodOf, say, sizeText, told } from './parts.ts';

const looks: Readonly<Record<Export['state'], Status>> = {
  ...{ queued: 'none', running: 'none', done: 'ok', failed: 'critical', expired: 'missing', cancelled: 'missing' },
};
export const isOpen = ({ state }: Export) => state === 'queued' || state === 'running';

type Item = Export & { name: string; asksReason: boolean; seconds: number | null };

export function exportList(changed: () => void) {
  const words = say();
  const list = el('ul', { class: 'items', 'data-testid': 'exports' });
  const none = el('p', { class: 'nodata', hidden: true }, words.noExports);
  const bars = new Map<string, { item: Item; bar: HTMLProgressElement; text: HTMLElement }>();
  const tick = () => {
    for (const { item, bar, text } of bars.values()) {
      const elapsed = (serverNow() - Date.parse(item.requestedAt)) / 1_000;
      const share = item.seconds === null ? undefined : elapsed / item.seconds;
      if (share === undefined || share >= 1) bar.removeAttribute('value');
      else bar.value = share;
      const left = item.seconds === null ? 0 : (item.seconds - elapsed) * 1_000;
      setText(text, share === undefined ? words.unknownTime : share >= 1 ? words.longer : words.left(spanText(left)));
    }
  };
  const timer = setInterval(tick, 1_000);

  const row = (item: Item): HTMLElement => {
    const trouble = el('span', { class: 'error', role: 'alert' });
    const cancel = async () => {
      try {
        await call(`/exports/${item.id}`, { method: 'DELETE' });
        changed();
      } catch (error) {
        setText(trouble, error instanceof ApiError ? error.message : words.never);
      }
    };
    const bar = el('progress', { max: '1', 'aria-label': told(item.name, words.states[item.state]) });
    const text = el('span', { class: 'small' });
    if (isOpen(item)) bars.set(item.id, { item, bar, text });
    return el(
      'li',
      { 'data-testid': `export-${item.report}-${item.format}`, 'data-state': item.state },
      el('h3', {}, item.name),
      el(
        'p',
        { class: 'small' },
        told(
          item.unit,
          periodOf(item.from, item.to),
          words.formats[item.format] ?? item.format,
          timeText(item.requestedAt),
        ),
      ),
      el(
        'p',
        { class: 'line' },
        chip(
          looks[item.state],
          told(words.states[item.state], item.bytes !== null && sizeText(item.bytes), item.reason),
        ),
        isOpen(item) ? bar : null,
        isOpen(item) ? text : null,
        isOpen(item) ? button(words.cancel, { class: 'button', click: () => void cancel() }) : null,
        item.file === null ? null : download(item, item.file),
        item.number === '' || item.state !== 'done' ? null : el('a', { href: `/verify/${item.number}` }, words.verify),
        trouble,
      ),
    );
  };
  return {
    element: el(
      'section',
      { 'aria-labelledby': 'exports-title' },
      el('h2', { id: 'exports-title' }, words.mine),
      none,
      list,
    ),
    update({ exports, reports, typical }: Exports) {
      none.hidden = exports.length > 0;
      const items = exports.map((one): Item => {
        const seconds = typical.find(({ report, format }) => report === one.report && format === one.format)?.seconds;
        const asksReason = reports.find(({ id }) => id === one.report)?.asksReason ?? false;
        // Only what is under way has a time that is still to come: other rows stay as they are.
        return {
          ...one,
          name: nameOf(reports, one.report),
          asksReason,
          seconds: isOpen(one) ? (seconds ?? null) : null,
        };
      });
      for (const id of bars.keys()) if (!items.some((item) => item.id === id && isOpen(item))) bars.delete(id);
      fill(list, items, row);
      tick();
    },
    stop: () => clearInterval(timer),
  };
}

/** The file, or first the question what it is for. */
function download({ asksReason, name }: Item, file: string): HTMLElement {
  const words = say();
  const called = { 'aria-label': `${words.download}: ${name}` };
  if (!asksReason) return el('a', { class: 'button', href: file, download: true, ...called }, words.download);
  const why = el('input', { type: 'text', required: true, maxlength: '500', 'data-testid': 'download-reason' });
  return el(
    'details',
    { class: 'why' },
    el('summary', { class: 'button', ...called }, words.download),
    el(
      'form',
      {
        submit: (event) => {
          event.preventDefault();
          why.setCustomValidity(why.value.trim() === '' ? words.whyNeeded : '');
          if (why.reportValidity()) location.assign(`${file}?${new URLSearchParams({ reason: why.value.trim() })}`);
        },
      },
      labelled(words.why, why),
      el('button', { type: 'submit', class: 'button main' }, words.download),
    ),
  );
}
