/**
 * The live screen: one view of one scope, kept current until its reader leaves.
 * Invariants: the address holds the whole view; an update changes what differs and moves nothing; what is shown stays when the
 * connection is lost, and its age is said; leaving stops every timer, socket and listener.
 */
import { addressOf, readView, type View } from './address.ts';
import { createAnnouncer } from './announce.ts';
import { type ApiError, type Attention, type Kpi, type Place, pathOf, type Session, type Summary } from './api.ts';
import { arranging } from './arrange.ts';
import { type Arrangement, whole } from './arrangement.ts';
import { serverNow } from './clock.ts';
import { type ConnectionState, connectLive } from './connection.ts';
import { el, setText } from './dom.ts';
import { frame } from './frame.ts';
import { headline, wrongIn } from './headline.ts';
import { isKiosk, startKiosk } from './kiosk.ts';
import { mountedIn } from './mounted.ts';
import { createNotices } from './notices.ts';
import { createPreferences } from './preferences.ts';
import { createReader } from './reader.ts';
import { searchBox } from './search.ts';
import { statusLine } from './status_line.ts';
import { recallTheme, useTheme } from './theme.ts';
import type { Desk } from './widget.ts';
import { language, useLanguage, words } from './words/words.ts';

const SUMMARY_GAP_MS = 250;
/** Without updates the age of the data is asked for now and then. */
const QUIET_MS = 15_000;
/** What of definitions and figures the screen shows: nothing else is sent. */
const KPI_FIELDS = 'id,section,sectionName,owner,name,definition,unit,direction,target,grain';
const SUMMARY_FIELDS = 'id,value,withheld,status,target,previousDay,sameWeekday,previousPeriod,trend';
const KIOSK_WIDGETS = ['attention', 'summary', 'safety', 'flow', 'where', 'trend'] as const;

export type Screen = { renewed(): void };
type Ends = { signedOut(): void; signOut(): void; again(): void };

export function showScreen(root: HTMLElement, session: Session, ends: Ends): Screen {
  const kiosk = isKiosk(location.search);
  let view = readView(location.search, session.scopes[0] ?? 'national');
  let kpis: readonly Kpi[] = [];
  let summary: Summary | undefined;
  let places: { of: string; told: Attention['places'] } | undefined;
  /** The view the widgets were last told of. */
  let viewed: View | undefined;
  let connection: ConnectionState = 'connecting';
  let wasOpen = false;

  const announcer = createAnnouncer();
  const desk: Desk = {
    session,
    view: () => view,
    kpis: () => kpis,
    summary: () => summary,
    go: (change) => show({ ...view, ...change }),
    href: (change) => addressOf({ ...view, ...change }),
    say: announcer.say,
    places(told) {
      places = { of: `${view.scope} ${view.date}`, told };
      if (summary) setText(parts.headline, sentenceOf(summary));
    },
  };
  const sentenceOf = (of: Summary) =>
    headline(of, view.date === null, places?.of === `${of.scope} ${view.date}` ? places.told : null);
  const goHome = () => desk.go({ scope: session.scopes[0] ?? 'national', date: null });
  const status = statusLine(goHome);
  const notices = createNotices({ kpis: desk.kpis, href: (scope) => desk.href({ scope }), say: announcer.say });
  const preferences = createPreferences({
    session,
    changed: () => preferred(),
    saved: (done) => arrange.said(done ? words().saved : words().notSaved),
  });
  const arrange = arranging({
    current: preferences.arrangement,
    change: preferences.arrange,
    reset: preferences.reset,
    say: announcer.say,
  });
  const parts = frame({
    session,
    kiosk,
    theme: recallTheme(),
    search: searchBox((scope) => desk.go({ scope })),
    notices: notices.open,
    statusLine: status.line,
    banners: status.banners,
    arrange: arrange.open,
    chooseLanguage: (chosen) => preferences.choose({ language: chosen }),
    chooseTheme: (theme) => preferences.choose({ theme }),
    signOut: () => {
      leave();
      ends.signOut();
    },
  });
  const widgets = mountedIn(parts.grid, desk);
  const arrangement = (): Arrangement =>
    kiosk
      ? whole(session.widgets, session.widgets).filter(({ id }) => (KIOSK_WIDGETS as readonly string[]).includes(id))
      : preferences.arrangement();
  const preferred = () => {
    const chosen = preferences.choices();
    if (chosen.theme !== undefined && chosen.theme !== recallTheme()) useTheme(chosen.theme);
    if (chosen.language !== undefined && chosen.language !== language()) {
      useLanguage(chosen.language);
      leave();
      return ends.again();
    }
    widgets.place(arrangement());
  };

  /** Shows another view; `push` where it is a step that leads back. */
  const show = (next: View, push = true) => {
    const moved = next.scope !== view.scope || next.date !== view.date;
    view = next;
    if (push && !kiosk) history.pushState(null, '', addressOf(view));
    if (moved || summary === undefined) {
      parts.main.setAttribute('aria-busy', 'true');
      summaries.now();
    } else tell(summary);
  };
  const tell = (next: Summary) => {
    const before = summary;
    summary = next;
    const moved = before?.scope !== next.scope || before.date !== next.date;
    if (viewed !== view || moved) {
      viewed = view;
      if (moved) live.watch(session.todayOnly ? [next.scope] : [next.scope, 'system']);
      widgets.viewed(next);
    } else widgets.changed(next);
    head(next, moved, before !== undefined && before.scope !== next.scope);
    if (!moved && before && wrongIn(before).length !== wrongIn(next).length)
      announcer.say(parts.headline.textContent ?? '');
  };
  const head = (next: Summary, moved: boolean, elsewhere: boolean) => {
    const sentence = sentenceOf(next);
    setText(parts.headline, sentence);
    status.holds(next.asOf.committedAt);
    parts.state.hidden = next.state !== 'provisional' || view.date === null;
    parts.today.hidden = view.date === null;
    parts.date.show(next.date);
    parts.main.setAttribute('aria-busy', 'false');
    root.setAttribute('aria-busy', 'false');
    if (!moved) return;
    document.title = `${next.name} · Lumbung`;
    setText(parts.name, next.name);
    parts.path.replaceChildren(...crumbs(next.path));
    if (elsewhere && !kiosk) {
      parts.name.focus({ preventScroll: true });
      announcer.say(`${next.name}. ${sentence}`);
    }
  };
  const crumbs = (path: readonly Place[]) =>
    [...(session.scopes.length > 1 ? [{ scope: session.scopes[0] ?? '', name: words().ownUnits }] : []), ...path].map(
      (place, index, all) =>
        el(
          'li',
          {},
          el(
            'a',
            {
              href: desk.href({ scope: place.scope }),
              dir: 'auto',
              ...(index === all.length - 1 ? { 'aria-current': 'page' } : {}),
            },
            place.name,
          ),
        ),
    );

  const definitions = createReader<{ kpis: Kpi[] }>({
    path: () => `/kpis?fields=${KPI_FIELDS}`,
    gapMs: 3_600_000,
    told(answer) {
      kpis = answer.kpis;
      summaries.now();
    },
    refused: (error) => refused(error),
    trouble: status.trouble,
  });
  const summaries = createReader<Summary>({
    path: () =>
      kpis.length === 0 ? null : pathOf('/summary', { scope: view.scope, date: view.date, fields: SUMMARY_FIELDS }),
    gapMs: SUMMARY_GAP_MS,
    told(answer, keptAt) {
      status.refused(undefined);
      status.kept(keptAt);
      if (keptAt === undefined) healer?.heard();
      tell(answer);
    },
    refused: (error) => refused(error),
    trouble: status.trouble,
  });
  const refused = (error: ApiError) => {
    if (error.status === 401) {
      leave();
      return ends.signedOut();
    }
    parts.main.setAttribute('aria-busy', 'false');
    status.refused(words().refusal(error.status));
  };

  const live = connectLive({
    state(next, attempt) {
      const lost = connection === 'open' && next === 'closed';
      const back = wasOpen && connection !== 'open' && next === 'open';
      if (lost) announcer.say(words().connectionLost);
      if (back) announcer.say(words().connectionBack);
      if (next !== 'connecting') connection = next;
      wasOpen ||= next === 'open';
      status.connection(next, attempt);
      // Whatever waits for its next try is tried now.
      if (next === 'open') summaries.soon();
      if (back && !kiosk) void preferences.read();
    },
    changed(channel) {
      if (channel === 'system') return;
      status.updated();
      summaries.soon();
    },
    notice(notice) {
      if (notice.kind !== 'token_expires') notices.heard(notice);
    },
  });
  const quiet = setInterval(() => {
    const at = summary?.asOf.committedAt;
    if (connection === 'open' && at && serverNow() - Date.parse(at) > QUIET_MS) summaries.soon();
  }, QUIET_MS / 3);

  const onPop = () => show(readView(location.search, session.scopes[0] ?? 'national'), false);
  /** Links to views are followed here; with a key held they open as links do. */
  const onClick = (event: MouseEvent) => {
    const link = (event.target as Element).closest('a[href^="/?"]');
    if (!link || link.hasAttribute('data-plain') || event.defaultPrevented) return;
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    for (const dialog of root.querySelectorAll('dialog')) dialog.close();
    show(readView((link.getAttribute('href') ?? '').slice(1), view.scope));
  };
  const leave = () => {
    clearInterval(quiet);
    removeEventListener('popstate', onPop);
    root.removeEventListener('click', onClick);
    for (const part of [live]) part.close();
    for (const part of [definitions, summaries, widgets, status, notices, preferences, announcer]) part.stop();
    healer?.stop();
  };
  addEventListener('popstate', onPop);
  root.addEventListener('click', onClick);
  const { input } = parts.date;
  input.addEventListener('change', () => desk.go({ date: input.value === '' ? null : input.value }));
  parts.today.addEventListener('click', () => desk.go({ date: null }));
  root.replaceChildren(parts.page, notices.corner, announcer.element, notices.dialog, arrange.dialog);
  widgets.place(arrangement());
  const healer = kiosk ? startKiosk(session, (scope) => show({ ...view, scope, date: null })) : undefined;
  definitions.now();
  if (!kiosk) void preferences.read();
  return { renewed: live.renewed };
}
