/**
 * The page of documents: asking for files, the register, schedules and deliveries; what the role has no part in is not there.
 * Invariants: read again every few seconds, sooner while a file is being made, never twice at once; what was read stays when the next
 * reading fails, and since when is said.
 */
import { ApiError, call, type Session } from '../api.ts';
import { button, el, setText } from '../dom.ts';
import { language, timeText, useLanguage } from '../words/words.ts';
import type { Delivery, Exports, Registered, Schedule } from './answers.ts';
import { exportList, isOpen } from './exports.ts';
import { say } from './parts.ts';
import { isRevising, registerList } from './register.ts';
import { requestForm } from './request.ts';
import { isStopped, scheduleList } from './schedules.ts';

const SOON_MS = 1_500;
const LATER_MS = 15_000;

export function showDocuments(root: HTMLElement, session: Session, leave: () => void): void {
  const words = say();
  document.title = `${words.title} · Lumbung`;
  const asks = session.documents.includes('exports');
  const delivers = session.documents.includes('delivery') && session.scopes.includes('national');
  const headline = el('p', { class: 'headline', role: 'status', 'data-testid': 'documents-headline' }, words.loading);
  const trouble = el('p', { class: 'banner', role: 'alert', hidden: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let reading = false;
  let lastRead: Date | undefined;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void read(), 200);
  };
  const form = asks ? requestForm(session, soon) : undefined;
  const exports = exportList(soon);
  const register = asks ? registerList(session, soon) : undefined;
  const schedules = delivers ? scheduleList(soon) : undefined;
  const languages = el(
    'select',
    {
      'aria-label': words.language,
      change: () => {
        clearTimeout(timer);
        exports.stop();
        useLanguage(languages.value === 'en' ? 'en' : 'id');
        showDocuments(root, session, leave);
      },
    },
    el('option', { value: 'id', lang: 'id', selected: language() === 'id' }, 'Indonesia'),
    el('option', { value: 'en', lang: 'en', selected: language() === 'en' }, 'English'),
  );
  root.replaceChildren(
    el(
      'div',
      { class: 'documents' },
      el(
        'header',
        {},
        el('a', { class: 'brand', href: '/' }, 'Lumbung'),
        el('a', { href: '/' }, words.back),
        languages,
        el('span', { class: 'who small' }, session.name ?? session.sub),
        button(words.signOut, { class: 'link', 'data-testid': 'signout', click: leave }),
      ),
      el(
        'main',
        { 'data-testid': 'documents' },
        el('h1', {}, words.title),
        headline,
        trouble,
        asks ? null : el('p', {}, words.nothing),
        form?.element ?? null,
        exports.element,
        register?.element ?? null,
        schedules?.element ?? null,
      ),
    ),
  );
  root.setAttribute('aria-busy', 'false');

  async function read(): Promise<void> {
    if (reading) return soon();
    reading = true;
    let again = LATER_MS;
    try {
      const none = { reports: [], schedules: [], deliveries: [] };
      const [files, { reports }, planned, sent] = await Promise.all([
        call<Exports>('/exports?limit=50'),
        register ? call<{ reports: Registered[] }>('/reports') : none,
        schedules ? call<{ schedules: Schedule[] }>('/schedules') : none,
        schedules ? call<{ deliveries: Delivery[] }>('/deliveries?limit=500') : none,
      ]);
      lastRead = new Date();
      trouble.hidden = true;
      form?.update(files);
      exports.update(files);
      register?.update(reports, files.reports);
      schedules?.update(planned.schedules, sent.deliveries, files.reports);
      const making = files.exports.filter(isOpen).length;
      const [revising, stopped] = [reports.filter(isRevising).length, sent.deliveries.filter(isStopped).length];
      const parts = [
        ...(making > 0 ? [words.making(making)] : []),
        ...(revising > 0 ? [words.revising(revising)] : []),
        ...(stopped > 0 ? [words.stopped(stopped)] : []),
      ];
      const text = parts.length === 0 ? words.calm : parts.join('; ');
      setText(headline, `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`);
      if (making > 0 || reports.some(({ sha256 }) => sha256 === null)) again = SOON_MS;
    } catch (error) {
      const ended = error instanceof ApiError && error.status === 401;
      setText(trouble, ended ? words.signedOut : lastRead ? words.unread(timeText(lastRead)) : words.never);
      trouble.hidden = false;
      if (ended) {
        trouble.append(' ', el('a', { href: '/documents' }, words.signIn));
        return;
      }
    } finally {
      reading = false;
    }
    clearTimeout(timer);
    timer = setTimeout(() => void read(), again);
  }
  void read();
}
