/** Entry of the live screen: signs in when needed, then shows the scope of the address and keeps it current. */
import { ApiError, call, type Session } from './api.ts';
import { showScreen } from './screen.ts';
import { showNoFigures, showSignIn } from './signin.ts';

const root = document.getElementById('app') as HTMLElement;

async function start(): Promise<void> {
  try {
    const session = await call<Session>('/session');
    renewBefore(session.exp);
    if (session.figures) showScreen(root, session, () => void start());
    else showNoFigures(root, session, () => void start());
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) await showSignIn(root, () => void start());
    else {
      root.textContent = 'Lumbung tidak dapat dihubungi. Mencoba lagi …';
      setTimeout(() => void start(), 3_000);
    }
  }
}

let renewal: ReturnType<typeof setTimeout> | undefined;
const LONGEST_MS = 3_600_000;

/** Renews the session a minute before it ends; one that cannot be renewed ends, and the page asks to sign in. */
function renewBefore(exp: number | undefined): void {
  clearTimeout(renewal);
  if (exp === undefined) return;
  const left = exp * 1_000 - Date.now() - 60_000;
  renewal = setTimeout(
    () => {
      if (left > LONGEST_MS) return renewBefore(exp);
      call<Session>('/session/refresh', { method: 'POST' }).then(
        (session) => renewBefore(session.exp),
        () => undefined,
      );
    },
    Math.min(LONGEST_MS, Math.max(5_000, left)),
  );
}

void start();
