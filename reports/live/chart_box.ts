/**
 * Where a chart stands, with its table twin. The drawing code comes with the first chart; until then its place is kept.
 * Invariants: a chart is drawn when it comes near what is seen, and again when its data or its width changes, and only then; who is on a link of it with the keyboard stays
 * on it; rows of the table are made when it is opened, so that closed ones cost nothing.
 */
import type { Frame, Table } from '../charts/chart.ts';
import { el, setText } from './dom.ts';
import { language, words } from './words/words.ts';

type Drawing = {
  /** Changes when the chart would look different. */
  key: string;
  /** `room`: the height there is, where the place has one of its own (the wall screen). */
  draw(frame: Omit<Frame, 'label' | 'height'> & { room?: number }): Promise<SVGElement>;
  table(): Promise<Table> | Table;
};
export type ChartBox = { element: HTMLElement; show(drawing: Drawing): void; empty(text: string): void; stop(): void };

/** Drawn when this near. */
const NEAR = '300px';

/** `--scale` of the design tokens: 1, on a TV more. */
export const typeScale = (): number =>
  Number(getComputedStyle(document.documentElement).getPropertyValue('--scale')) || 1;

export function chartBox(kind: string, testId: string, twinned = true): ChartBox {
  const plot = el('div', { class: `plot-box ${kind}`, 'data-testid': testId });
  const table = el('table', {});
  const scroller = el('div', { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': words().table }, table);
  const twin = el('details', { class: 'twin', hidden: !twinned }, el('summary', {}, words().table), scroller);
  const element = el('div', { class: 'chart' }, plot, twin);
  let drawing: Drawing | undefined;
  let drawn = '';
  let tabled = '';
  let turn = 0;
  let near = false;

  const paint = async () => {
    if (!drawing || !near) return;
    const width = Math.floor(plot.clientWidth);
    const room = getComputedStyle(plot).display === 'flex' ? Math.floor(plot.clientHeight) : 0;
    const key = `${drawing.key} ${width} ${room} ${language()}`;
    if (width < 40 || key === drawn) return;
    const mine = ++turn;
    // Its code may not be to be had: the table says the same, and the next change tries again.
    const svg = await drawing
      .draw({ width, language: language(), scale: typeScale(), ...(room > 0 ? { room } : {}) })
      .catch(() => el('p', { class: 'nodata' }, words().widgetUnread));
    if (mine !== turn) return;
    drawn = key;
    const held = plot.contains(document.activeElement) ? document.activeElement?.getAttribute('data-scope') : undefined;
    plot.replaceChildren(svg);
    if (held) plot.querySelector<SVGElement>(`a[data-scope="${CSS.escape(held)}"]`)?.focus();
  };
  const fill = async () => {
    if (!drawing || !twin.open || !twinned || tabled === drawing.key) return;
    tabled = drawing.key;
    const { caption, columns, rows } = await drawing.table();
    scroller.setAttribute('aria-label', caption);
    table.replaceChildren(
      el('caption', {}, caption),
      el('thead', {}, el('tr', {}, ...columns.map((column) => el('th', { scope: 'col' }, column)))),
      el(
        'tbody',
        {},
        ...rows.map(([first = '', ...rest]) =>
          el('tr', {}, el('th', { scope: 'row' }, first), ...rest.map((cell) => el('td', {}, cell))),
        ),
      ),
    );
  };
  twin.addEventListener('toggle', () => void fill());
  let frame = 0;
  const observer = new ResizeObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => void paint());
  });
  observer.observe(plot);
  const sight = new IntersectionObserver(
    (entries) => {
      near = entries.at(-1)?.isIntersecting === true;
      void paint();
    },
    { rootMargin: NEAR },
  );
  sight.observe(plot);
  return {
    element,
    show(next) {
      drawing = next;
      void paint();
      void fill();
    },
    empty(text) {
      drawing = undefined;
      turn++;
      drawn = tabled = '';
      const shown = plot.firstElementChild;
      if (shown?.matches('p')) setText(shown, text);
      else plot.replaceChildren(el('p', { class: 'nodata' }, text));
      table.replaceChildren();
    },
    stop() {
      observer.disconnect();
      sight.disconnect();
      cancelAnimationFrame(frame);
    },
  };
}
