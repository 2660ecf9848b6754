/** Entry of the live screen: signs in when needed, then shows the scope of the address and keeps it current. */
import { ApiError, call, type Session } from './api.ts';
import { showScreen } from './screen.ts';
import { showSignIn } from './signin.ts';

const root = document.getElementById('app') as HTMLElement;

async function start(): Promise<void> {
  try {
    const session = await call<Session>('/session');
    showScreen(root, session, () => void start());
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) await showSignIn(root, () => void start());
    else {
      root.textContent = 'Lumbung tidak dapat dihubungi. Mencoba lagi …';
      setTimeout(() => void start(), 3_000);
    }
  }
}

void start();
