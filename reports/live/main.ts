/**
 * Entry of the live screen: signs in when needed, then shows the scope of the address and keeps it current.
 * Invariant: a server that cannot be reached is tried for ever; meanwhile who was signed in sees the last data, marked as such.
 */
import { ApiError, call, type Session } from './api.ts';
import { el } from './dom.ts';
import { forgetAll, keepSession, recallSession } from './kept.ts';
import { type Screen, showScreen } from './screen.ts';
import { showNoFigures, showSignIn, signOut } from './signin.ts';
import { recallTheme, useTheme } from './theme.ts';
import { recallLanguage, words } from './words/words.ts';

const root = document.getElementById('app') as HTMLElement;
const AGAIN_MS = 3_000;
const LONGEST_MS = 3_600_000;
/** A session is renewed so long before it ends. */
const BEFORE_MS = 60_000;
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
    root.replaceChildren(el('p', { class: 'loading', role: 'status' }, words().unreachable));
    setTimeout(() => void start(), AGAIN_MS * (1 + Math.random()));
  }
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
    void import('./operators.ts').then(({ showOperators }) => showOperators(root, session));
  } else if (!session.figures) showNoFigures(root, session, leave);
  else screen = showScreen(root, session, { signedOut: askToSignIn, signOut: leave, again: () => void start() });
}

/** Renews the session a minute before it ends; one that cannot be renewed ends, and the page asks to sign in. */
function renewBefore(exp: number | undefined): void {
  clearTimeout(renewal);
  if (exp === undefined) return;
  const left = exp * 1_000 - Date.now() - BEFORE_MS;
  const renew = () => {
    if (left > LONGEST_MS) return renewBefore(exp);
    call<Session>('/session/refresh', { method: 'POST' }).then(
      (session) => {
        screen?.renewed();
        renewBefore(session.exp);
      },
      () => undefined,
    );
  };
  renewal = setTimeout(renew, Math.min(LONGEST_MS, Math.max(5_000, left)));
}

recallLanguage();
useTheme(recallTheme());
void start();
