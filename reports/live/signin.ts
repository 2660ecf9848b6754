/** The sign-in view: demo accounts where there are any, and a field for a token. */
import { call } from './api.ts';
import { el } from './dom.ts';

type Options = { demo: { id: string; label: string; role: string }[] };

export async function showSignIn(root: HTMLElement, done: () => void): Promise<void> {
  const { demo } = await call<Options>('/sign-in-options').catch((): Options => ({ demo: [] }));
  const trouble = el('p', { class: 'error', role: 'alert' });
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
      ...(demo.length > 0 ? [el('h2', {}, 'Akun contoh'), el('ul', {}, ...accounts), el('h2', {}, 'Atau')] : []),
      form,
    ),
  );
  root.setAttribute('aria-busy', 'false');
}
