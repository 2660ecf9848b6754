/**
 * The operators' page: whether the system is all right, and where to look when it is not.
 * Invariants: read again five seconds after each answer, never twice at once; what was read stays when the next reading fails, and
 * since when is said; nothing is drawn anew, or read aloud, for the same words.
 */
import type { Language } from '../../warehouse/kpis/format.ts';
import { statuses } from '../design/status.ts';
import { ApiError, call, type Session } from './api.ts';
import { el } from './dom.ts';
import { type Cell, type Operations, type Report, reportOf, type Sheet, timeText } from './operators_report.ts';
import { operatorWords } from './operators_words.ts';

const AGAIN_MS = 5_000;

/** Shows the page in `root` until the returned function is called. */
export function showOperators(root: HTMLElement, session: Session): () => void {
  const language: Language = document.documentElement.lang === 'en' ? 'en' : 'id';
  const say = operatorWords(language);
  const headline = el('p', { class: 'headline', role: 'status', 'data-testid': 'operators-headline' }, say.loading);
  const trouble = el('p', { class: 'banner', role: 'alert', hidden: true, 'data-testid': 'operators-trouble' });
  const read = el('p', { class: 'small', 'data-testid': 'operators-read' }, '\u00a0');
  const notes = el('ul', { class: 'told', 'data-testid': 'operators-notes' });
  const sheets = el('div', { class: 'sheets', 'aria-busy': 'true' }, ...skeletons());
  const links = [
    el('a', { href: '/' }, say.back),
    el('a', { href: '/queues' }, say.queuesPage),
    el('a', { href: '/metrics' }, say.metricsPage),
  ];
  root.replaceChildren(
    el(
      'main',
      { class: 'operators', 'data-testid': 'operators' },
      el('p', { class: 'small' }, el('span', { class: 'brand' }, 'Lumbung'), ` · ${session.name ?? session.sub}`),
      el('h1', {}, say.title),
      headline,
      trouble,
      notes,
      sheets,
      read,
      el('p', { class: 'links small' }, ...links),
    ),
  );
  root.setAttribute('aria-busy', 'false');

  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastRead: Date | undefined;

  const show = (report: Report) => {
    setText(headline, `${statuses[report.status].glyph} ${report.headline}`);
    headline.dataset.status = report.status;
    fill(notes, report.notes, (note) => el('li', statusOf(note), note.text));
    // Which sheets there are changes seldom; what they say changes in place.
    const kinds = report.sheets.map(({ id }) => id).join(' ');
    if (sheets.dataset.kinds !== kinds) {
      sheets.dataset.kinds = kinds;
      sheets.replaceChildren(...report.sheets.map(emptySheet));
      sheets.setAttribute('aria-busy', 'false');
    }
    for (const sheet of report.sheets) {
      const section = sheets.querySelector(`[data-sheet="${sheet.id}"]`);
      const title = section?.querySelector('h2');
      const body = section?.querySelector('tbody');
      if (title) setText(title, sheet.title);
      if (body) fill(body, sheet.rows.length > 0 ? sheet.rows : [[{ text: say.noTables }]], rowOf);
    }
  };
  /** Whether to go on. */
  const failed = (error: unknown): boolean => {
    const status = error instanceof ApiError ? error.status : undefined;
    const ended = status === 401 || status === 403;
    const told = lastRead ? say.unread(timeText(lastRead, language)) : say.never;
    setText(trouble, status === 401 ? say.signedOut : status === 403 ? say.refused : told);
    if (status === 401) trouble.append(' ', el('a', { href: '/' }, say.signIn));
    trouble.hidden = false;
    if (ended) {
      headline.hidden = true;
      sheets.replaceChildren();
      notes.replaceChildren();
    }
    return !ended;
  };
  const again = async () => {
    let goOn = true;
    try {
      const now = await call<Operations>('/operations');
      if (stopped) return;
      lastRead = new Date();
      trouble.hidden = true;
      show(reportOf(now, language));
      setText(read, say.readAt(timeText(lastRead, language)));
    } catch (error) {
      if (stopped) return;
      goOn = failed(error);
    }
    if (goOn) timer = setTimeout(() => void again(), AGAIN_MS);
  };
  void again();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

const statusOf = ({ status }: Cell): Record<string, string> =>
  status === undefined ? {} : { class: 'status', 'data-status': status };

function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Makes the children anew where what they say differs. */
function fill<Item>(parent: HTMLElement, items: readonly Item[], make: (item: Item) => HTMLElement): void {
  const key = JSON.stringify(items);
  if (parent.dataset.key === key) return;
  parent.dataset.key = key;
  parent.replaceChildren(...items.map(make));
}

function emptySheet({ id, title, columns }: Sheet): HTMLElement {
  const heads = columns.map((column) => el('th', { scope: 'col' }, column));
  return el(
    'section',
    { 'data-sheet': id, 'data-testid': `operators-${id}` },
    el('h2', {}, title),
    el(
      'div',
      { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': title },
      el('table', {}, el('thead', {}, el('tr', {}, ...heads)), el('tbody', {})),
    ),
  );
}

const rowOf = ([first, ...rest]: Cell[]): HTMLElement =>
  el(
    'tr',
    {},
    el('th', { scope: 'row' }, first?.text ?? ''),
    ...rest.map((cell) => el('td', statusOf(cell), cell.text)),
  );

const skeletons = (): HTMLElement[] =>
  [2, 6, 3, 12].map((rows) =>
    el('section', { class: `skeleton rows-${rows}`, 'aria-hidden': 'true' }, el('h2', {}, '\u00a0')),
  );
