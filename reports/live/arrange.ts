/**
 * Arranging the screen: a list of widgets to show, order and size, worked by pointer, touch or keyboard.
 * Invariant: whatever can be dragged can be done with a button (WCAG 2.5.7), and focus stays on what was moved.
 */
import { type Arrangement, changed, movedTo, type Placed, type Size } from './arrangement.ts';
import { button, el, setText } from './dom.ts';
import type { WidgetId } from './widget.ts';
import { words } from './words/words.ts';

type Options = {
  current(): Arrangement;
  change(next: Placed[]): void;
  reset(): void;
  say(text: string): void;
};
export type Arranging = { dialog: HTMLDialogElement; open(): void; said(text: string): void };

export function arranging({ current, change, reset, say }: Options): Arranging {
  const list = el('ol', { class: 'arrange', 'data-testid': 'arrange-list' });
  const told = el('p', { class: 'small', role: 'status', 'data-testid': 'arrange-said' });
  const dialog = el(
    'dialog',
    { class: 'panel', 'aria-labelledby': 'heading-arrange' },
    el('h2', { id: 'heading-arrange' }, words().arrange),
    el('p', { class: 'small' }, words().arrangeHelp),
    list,
    told,
    el(
      'p',
      { class: 'tools' },
      button(words().reset, {
        class: 'button',
        'data-testid': 'arrange-reset',
        click: () => {
          reset();
          render();
        },
      }),
      button(words().close, { class: 'button', 'data-testid': 'arrange-close', click: () => dialog.close() }),
    ),
  );

  const apply = (next: Placed[], focus?: string) => {
    change(next);
    render();
    if (focus !== undefined) list.querySelector<HTMLElement>(`[data-focus="${focus}"]`)?.focus();
  };
  const move = (id: WidgetId, by: number, focus: string) => {
    const at = current().findIndex((widget) => widget.id === id);
    const next = movedTo(current(), id, at + by);
    apply(next, `${focus}-${id}`);
    const place = next.findIndex((widget) => widget.id === id) + 1;
    say(words().movedTo(words()[id], place, next.length));
  };

  /** Dragging: the other rows make room, one by one; a row that is moved itself would lose the pointer. */
  const drag = (id: WidgetId) => (event: Event) => {
    const handle = event.currentTarget as HTMLElement;
    handle.setPointerCapture((event as PointerEvent).pointerId);
    const onMove = (moved: PointerEvent) => {
      const rows = [...list.children];
      const over = rows.findIndex((row) => moved.clientY < row.getBoundingClientRect().bottom);
      const to = over < 0 ? rows.length - 1 : over;
      const row = list.querySelector(`[data-id="${id}"]`);
      if (!row) return;
      for (let at = rows.indexOf(row); at > to; at--) row.after(rows[at - 1] ?? row);
      for (let at = rows.indexOf(row); at < to; at++) row.before(rows[at + 1] ?? row);
    };
    const done = () => {
      handle.removeEventListener('pointermove', onMove);
      const place = [...list.children].findIndex((row) => row.getAttribute('data-id') === id);
      apply(movedTo(current(), id, place), `handle-${id}`);
    };
    handle.addEventListener('pointermove', onMove);
    handle.addEventListener('lostpointercapture', done, { once: true });
  };

  const row = ({ id, size, shown }: Placed, index: number, of: number) => {
    const name = words()[id];
    const keys = (event: Event) => {
      const { key } = event as KeyboardEvent;
      if (key !== 'ArrowUp' && key !== 'ArrowDown') return;
      event.preventDefault();
      move(id, key === 'ArrowUp' ? -1 : 1, 'handle');
    };
    const visible = el('input', {
      type: 'checkbox',
      checked: shown,
      'data-focus': `shown-${id}`,
      change: () => apply(changed(current(), id, { shown: visible.checked }), `shown-${id}`),
    });
    const width = el(
      'select',
      {
        'aria-label': words().size(name),
        'data-focus': `size-${id}`,
        change: () => apply(changed(current(), id, { size: width.value as Size }), `size-${id}`),
      },
      el('option', { value: 'full', selected: size === 'full' }, words().full),
      el('option', { value: 'half', selected: size === 'half' }, words().half),
    );
    const step = (by: -1 | 1, label: string, sign: string, off: boolean) =>
      button(
        label,
        {
          class: 'tool',
          'aria-label': label,
          'aria-disabled': String(off),
          'data-focus': `${by < 0 ? 'up' : 'down'}-${id}`,
          click: () => {
            if (!off) move(id, by, by < 0 ? 'up' : 'down');
          },
        },
        sign,
      );
    return el(
      'li',
      { 'data-id': id },
      button(
        words().handle(name),
        {
          class: 'tool handle',
          'aria-label': words().handle(name),
          'data-focus': `handle-${id}`,
          keydown: keys,
          pointerdown: drag(id),
        },
        '⋮⋮',
      ),
      el('label', { class: 'shown' }, visible, ` ${name}`),
      width,
      step(-1, words().up(name), '↑', index === 0),
      step(1, words().down(name), '↓', index === of - 1),
    );
  };
  const render = () => {
    const arrangement = current();
    list.replaceChildren(...arrangement.map((placed, index) => row(placed, index, arrangement.length)));
  };
  return {
    dialog,
    open() {
      setText(told, '');
      render();
      dialog.showModal();
    },
    said: (text) => setText(told, text),
  };
}
