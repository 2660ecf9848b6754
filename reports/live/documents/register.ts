/**
 * The register: where each report stands, what moved since it was approved, and what this person may do about it.
 * Invariant: an act names the SHA-256 of the numbers that were shown; what has become of them since is refused by the server.
 */
import type { Status } from '../../design/status.ts';
import { ApiError, call, pathOf, type Session } from '../api.ts';
import { button, el, setText } from '../dom.ts';
import { timeText } from '../words/words.ts';
import type { Cause, Exportable, Moved, One, Registered } from './answers.ts';
import { chip, exactText, fill, labelled, nameOf, periodOf, say, sheet, told } from './parts.ts';

const MOVES_SHOWN = 50;
const EXCEPTION_DAYS = 7;

export const isRevising = ({ locked, draft }: Registered) => locked.length > 0 && draft !== null;

const look = (one: Registered): Status =>
  isRevising(one) ? 'warn' : one.locked.length > 0 ? 'ok' : one.sha256 === null ? 'missing' : 'none';

export function registerList(session: Session, changed: () => void) {
  const words = say();
  const list = el('ul', { class: 'items', 'data-testid': 'register' });
  const none = el('p', { class: 'nodata', hidden: true }, words.noRegister);
  let reports: readonly Exportable[] = [];

  const row = (one: Registered): HTMLElement => {
    const body = el('div', { class: 'body', 'aria-live': 'polite' }, el('p', { class: 'small' }, words.loading));
    const details = el('details', {}, el('summary', {}, words.details), body);
    details.addEventListener('toggle', () => {
      if (details.open) void open(one, body);
    });
    const locked = one.locked[one.locked.length - 1];
    return el(
      'li',
      { 'data-testid': `register-${one.report}`, 'data-state': one.state },
      el('h3', {}, nameOf(reports, one.report)),
      el('p', { class: 'small' }, told(one.unit, periodOf(one.from, one.to))),
      el(
        'p',
        { class: 'line' },
        chip(look(one), told(one.sha256 === null ? words.unreadNumbers : one.state, isRevising(one) && words.pending)),
        el(
          'span',
          { class: 'small' },
          told(
            one.draft?.verifiedBy != null && words.verifiedBy(one.draft.verifiedBy),
            locked !== undefined && words.approvedBy(locked.approvedBy, timeText(locked.at)),
            one.exception && words.exception(timeText(one.exception.until), one.exception.reason),
          ),
        ),
      ),
      one.sha256 === null ? null : details,
    );
  };

  async function open(one: Registered, body: HTMLElement) {
    const { report, scope, from, to } = one;
    try {
      const now = await call<One>(pathOf('/reports/one', { report, scope, from, to }));
      const hash = now.draft?.sha256 ?? now.sha256 ?? '';
      body.replaceChildren(
        el('p', { class: 'small hash' }, `SHA-256 ${hash}`),
        ...(isRevising(now) ? moves(now.pending, now.causes) : [el('p', { class: 'small' }, words.noMoves)]),
        acts(now, hash),
      );
    } catch (error) {
      body.replaceChildren(
        el('p', { class: 'error', role: 'alert' }, error instanceof ApiError ? error.message : words.never),
      );
    }
  }

  function acts(one: One, sha256: string): HTMLElement {
    const { report, scope, from, to, draft } = one;
    const answer = el('p', { role: 'status', class: 'small' });
    const reason = el('input', { type: 'text', maxlength: '1000', 'data-testid': 'act-reason' });
    const act = async (kind: string, more: object = { sha256 }) => {
      const body = { report, scope, from, to, act: kind, reason: reason.value, ...more };
      try {
        await call('/reports/acts', { method: 'POST', body: JSON.stringify(body) });
        setText(answer, words.done);
        changed();
      } catch (error) {
        answer.classList.add('error');
        setText(answer, error instanceof ApiError ? error.message : words.never);
      }
    };
    const until = () => ({ until: new Date(Date.now() + EXCEPTION_DAYS * 86_400_000).toISOString() });
    const can = (field: Session['documents'][number]) => session.documents.includes(field);
    const offered = [
      ...(can('verification') && draft !== null && draft.verifiedBy === null ? ['verified'] : []),
      ...(can('verification') && draft?.verifiedBy != null ? ['rejected'] : []),
      ...(can('approval') && draft?.verifiedBy != null ? ['approved'] : []),
      ...(can('approval') && isRevising(one) && one.exception === null ? ['excepted'] : []),
    ];
    if (offered.length === 0) return answer;
    const names: Readonly<Record<string, string>> = {
      ...{ verified: words.verifyAct, rejected: words.reject, approved: words.approve, excepted: words.except },
    };
    return el(
      'div',
      {},
      labelled(words.reason, reason),
      el(
        'p',
        { class: 'acts' },
        ...offered.map((kind) =>
          button(names[kind] ?? kind, {
            class: 'button',
            'data-testid': `act-${kind}`,
            click: () => void act(kind, kind === 'excepted' ? until() : { sha256 }),
          }),
        ),
      ),
      answer,
    );
  }

  function moves(pending: readonly Moved[], causes: readonly Cause[]): HTMLElement[] {
    const language = document.documentElement.lang === 'en' ? 'en' : 'id';
    const rows = pending
      .slice(0, MOVES_SHOWN)
      .map(({ row: unit, number, before, after, by }) => [
        ...[unit || '∑', number[language], exactText(before), exactText(after), exactText(by)],
      ]);
    const more = pending.length - rows.length;
    return [
      sheet(words.moved, [words.row, words.number, words.before, words.after, words.by], rows),
      ...(more > 0 ? [el('p', { class: 'small' }, words.movedMore(more))] : []),
      sheet(
        words.causes,
        [words.table, words.unit, words.rows, words.since],
        causes.map(({ table, unit, rows: count, first, last }) => [
          ...[table, unit, exactText(count), `${first.slice(0, 19)} – ${last.slice(0, 19)}`],
        ]),
      ),
    ];
  }

  return {
    element: el(
      'section',
      { 'aria-labelledby': 'register-title' },
      el('h2', { id: 'register-title' }, words.registerTitle),
      none,
      list,
    ),
    update(registered: readonly Registered[], known: readonly Exportable[]) {
      reports = known;
      none.hidden = registered.length > 0;
      fill(list, registered, row);
    },
  };
}
