/** Makes the page an app: registers it, and offers a new version in a bar at the foot; a kiosk has nobody to ask and takes it. */
import { registerApp, type Update } from './register.ts';

const words = {
  id: { ready: 'Versi baru tersedia.', use: 'Muat ulang', later: 'Nanti' },
  en: { ready: 'A new version is ready.', use: 'Reload', later: 'Later' },
} as const;

function button(text: string, click: () => void): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.textContent = text;
  element.addEventListener('click', click);
  return element;
}

let bar: HTMLElement | undefined;
function offer(update: Update): void {
  if (new URLSearchParams(location.search).has('kiosk')) {
    update.apply();
    return;
  }
  bar?.remove();
  const own = document.createElement('aside');
  const { ready, use, later } = words[document.documentElement.lang === 'en' ? 'en' : 'id'];
  own.className = 'app-update';
  own.dataset.testid = 'app-update';
  own.setAttribute('aria-label', ready);
  const text = document.createElement('p');
  text.setAttribute('role', 'status');
  own.append(
    text,
    button(use, () => update.apply()),
    button(later, () => own.remove()),
  );
  document.body.append(own);
  // Said because it changes while it stands in the page.
  text.textContent = ready;
  bar = own;
}

registerApp(offer).catch(() => undefined); // without a worker the page works as before, with the network
