/** The sign-in view: demo accounts where there are any, and a field for a token. */
import { call, type Session } from './api.ts';
import { el } from './dom.ts';

type Options = { demo: { id: string; label: string; role: string }[]; provider: string | null };

/** Ends the session; where a provider has signed the person in, there too. */
export async function signOut(): Promise<void> {
  const answer = await call<{ signOut: string } | undefined>('/session', { method: 'DELETE' });
  if (answer) location.href = answer.signOut;
}

/** What is shown to those whose role sees no figures. */
export function showNoFigures(root: HTMLElement, session: Session, done: () => void): void {
  const audit =
    session.role === 'AUDITOR' ? [el('p', {}, el('a', { href: '/api/v1/audit' }, 'Buka jejak audit (JSON)'))] : [];
  const leave = () => void signOut().finally(done);
  root.replaceChildren(
    el(
      'main',
      { class: 'signin', 'data-testid': 'no-figures' },
      el('p', { class: 'brand' }, 'Lumbung'),
      el('h1', {}, session.name),
      el('p', {}, `Peran ${session.role} tidak melihat angka dapur.`),
      ...audit,
      el('p', {}, el('a', { href: '/readyz' }, 'Keadaan sistem (JSON)')),
      el('button', { class: 'primary', type: 'button', click: leave }, 'Keluar'),
    ),
  );
  root.setAttribute('aria-busy', 'false');
}

export async function showSignIn(root: HTMLElement, done: () => void): Promise<void> {
  const { demo, provider } = await call<Options>('/sign-in-options').catch(
    (): Options => ({ demo: [], provider: null }),
  );
  const trouble = el('p', { class: 'error', role: 'alert' });
  if (new URLSearchParams(location.search).get('sign-in') === 'failed') {
    trouble.textContent = 'Tidak dapat masuk dengan akun lembaga. Coba lagi, atau minta peran pada pengelola akun.';
    history.replaceState(null, '', '/');
  }
  const returnTo = encodeURIComponent(`${location.pathname}${location.search}`);
  const enter = async (body: object) => {
    trouble.textContent = '';
    try {
      await call('/session', { method: 'POST', body: JSON.stringify(body) });
      done();
    } catch {
      trouble.textContent = 'Tidak dapat masuk. Periksa token, atau coba lagi sebentar.';
    }
  };
  const field = el('input', { id: 'token', autocomplete: 'off', spellcheck: 'false' }) as HTMLInputElement;
  const form = el(
    'form',
    {
      submit: (event) => {
        event.preventDefault();
        void enter({ token: field.value.trim() });
      },
    },
    el('label', { for: 'token' }, 'Token akses'),
    field,
    el('button', { class: 'primary', type: 'submit' }, 'Masuk dengan token'),
  );
  const accounts = demo.map(({ id, label, role }) =>
    el(
      'li',
      {},
      el(
        'button',
        { type: 'button', 'data-testid': `signin-demo-${id}`, click: () => void enter({ demo: id }) },
        el('strong', {}, label),
        el('br'),
        el('span', { class: 'small' }, role),
      ),
    ),
  );
  root.replaceChildren(
    el(
      'main',
      { class: 'signin', 'data-testid': 'signin' },
      el('p', { class: 'brand' }, 'Lumbung'),
      el('h1', {}, 'Masuk'),
      el('p', { class: 'small' }, 'Lumbung menunjukkan apakah makanan sudah dimasak, aman, tepat waktu, dan terbayar.'),
      trouble,
      ...(provider === null
        ? []
        : [
            el(
              'p',
              {},
              el(
                'a',
                { class: 'primary', href: `${provider}?returnTo=${returnTo}`, 'data-testid': 'signin-provider' },
                'Masuk dengan akun lembaga',
              ),
            ),
            el('h2', {}, 'Atau'),
          ]),
      ...(demo.length > 0 ? [el('h2', {}, 'Akun contoh'), el('ul', {}, ...accounts), el('h2', {}, 'Atau')] : []),
      form,
    ),
  );
  root.setAttribute('aria-busy', 'false');
}
