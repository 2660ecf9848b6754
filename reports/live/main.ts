/**
 * Entry of the live screen: signs in when needed, then shows the scope of the address and keeps it current.
 * Invariant: a server that cannot be reached is tried for ever; meanwhile who was signed in sees the last data, marked as such.
 */
import { ApiError, call, type Session } from './api.ts';
import { serverNow } from './clock.ts';
import { el } from './dom.ts';
import { forgetAll, keepSession, recallSession } from './kept.ts';
import { type Screen, showScreen } from './screen.ts';
import { showNoFigures, showSignIn, signOut } from './signin.ts';
import { recallTheme, useTheme } from './theme.ts';
import { recallLanguage, words } from './words/words.ts';

const root = document.getElementById('app') as HTMLElement;
const AGAIN_MS = 3_000;
const LONGEST_MS = 3_600_000;
/** A session is renewed so long before it ends, a short one when half of it is over, and tried again this often until it ends. */
const BEFORE_MS = 600_000;
const RENEW_AGAIN_MS = 15_000;
let screen: Screen | undefined;
let renewal: ReturnType<typeof setTimeout> | undefined;

async function start(): Promise<void> {
  screen = undefined;
  clearTimeout(renewal);
  try {
    const session = await call<Session>('/session');
    keepSession(session);
    enter(session);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return askToSignIn();
    const session = recallSession();
    if (session?.figures) return enter(session);
    tryAgain();
  }
}

function tryAgain(): void {
  root.replaceChildren(el('p', { class: 'loading', role: 'status' }, words().unreachable));
  setTimeout(() => void start(), AGAIN_MS * (1 + Math.random()));
}

function askToSignIn(): void {
  forgetAll();
  void showSignIn(root, () => void start());
}

/** A page of the report site that asked to sign in (`/?next=/reports/…`): gone back to once somebody is. */
function nextPage(): string | undefined {
  const next = new URLSearchParams(location.search).get('next') ?? '';
  return /^\/reports\/[\x21-\x7e]*$/.test(next) ? next : undefined;
}

function enter(session: Session): void {
  const next = nextPage();
  if (next !== undefined) {
    location.replace(next);
    return;
  }
  const leave = () => {
    forgetAll();
    void signOut()
      .catch(() => undefined)
      .finally(() => void start());
  };
  renewBefore(session.exp);
  if (new URLSearchParams(location.search).has('operators')) {
    // Few people's page: nobody else loads it.
    import('./operators.ts').then(
      ({ showOperators }) => showOperators(root, session),
      () => tryAgain(),
    );
  } else if (location.pathname === '/documents') {
    // Its own code, too: who watches the day asks for no files.
    import('./documents/page.ts').then(
      ({ showDocuments }) => showDocuments(root, session, leave),
      () => tryAgain(),
    );
  } else if (!session.figures) showNoFigures(root, session, leave);
  else screen = showScreen(root, session, { signedOut: askToSignIn, signOut: leave, again: () => void start() });
}

/**
 * Renews the session before it ends. A server that is away meanwhile is asked again until it has ended: nobody stands before a wall
 * screen to sign in. One that will not renew it lets it end, and the page asks to sign in.
 */
function renewBefore(exp: number | undefined): void {
  clearTimeout(renewal);
  if (exp === undefined) return;
  const left = exp * 1_000 - serverNow();
  const wait = left - Math.min(BEFORE_MS, left / 2);
  const renew = () => {
    if (wait > LONGEST_MS) return renewBefore(exp);
    call<Session>('/session/refresh', { method: 'POST' }).then(
      (session) => {
        screen?.renewed();
        renewBefore(session.exp);
      },
      (error: unknown) => {
        const refused = error instanceof ApiError && error.status < 500 && error.status !== 429;
        if (!refused && serverNow() < exp * 1_000) renewal = setTimeout(renew, RENEW_AGAIN_MS * (0.5 + Math.random()));
      },
    );
  };
  renewal = setTimeout(renew, Math.min(LONGEST_MS, Math.max(5_000, wait)));
}

recallLanguage();
useTheme(recallTheme());
void start();
