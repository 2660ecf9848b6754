/** The sign-in view: the organisation's provider, demo accounts where there are any, and a field for a token. */
import { call, type Session } from './api.ts';
import { button, el } from './dom.ts';
import { words } from './words/words.ts';

type Options = { demo: { id: string; label: string; role: string }[]; provider: string | null };

/** Ends the session; where a provider has signed the person in, there too. */
export async function signOut(): Promise<void> {
  const answer = await call<{ signOut: string } | undefined>('/session', { method: 'DELETE' });
  if (answer) location.href = answer.signOut;
}

/** What is shown to those whose role sees no figures. */
export function showNoFigures(root: HTMLElement, session: Session, leave: () => void): void {
  const say = words();
  const audit = session.role === 'AUDITOR' ? el('p', {}, el('a', { href: '/api/v1/audit' }, say.auditTrail)) : null;
  const health = session.role.startsWith('PLATFORM_')
    ? el('p', {}, el('a', { href: '/?operators', 'data-testid': 'operators-link' }, say.health))
    : null;
  root.replaceChildren(
    el(
      'main',
      { class: 'signin', 'data-testid': 'no-figures' },
      el('p', { class: 'brand' }, 'Lumbung'),
      el('h1', {}, session.name ?? session.sub),
      el('p', {}, say.noFigures(session.role)),
      audit,
      health,
      el('p', {}, el('a', { href: '/readyz' }, say.readiness)),
      button(say.signOut, { class: 'primary', 'data-testid': 'signout', click: leave }),
    ),
  );
  root.setAttribute('aria-busy', 'false');
}

export async function showSignIn(root: HTMLElement, done: () => void): Promise<void> {
  const say = words();
  const { demo, provider } = await call<Options>('/sign-in-options').catch(
    (): Options => ({ demo: [], provider: null }),
  );
  const trouble = el('p', { class: 'error', role: 'alert' });
  if (new URLSearchParams(location.search).get('sign-in') === 'failed') {
    trouble.textContent = say.providerFailed;
    history.replaceState(null, '', '/');
  }
  const returnTo = encodeURIComponent(`${location.pathname}${location.search}`);
  const enter = async (body: object) => {
    trouble.textContent = '';
    try {
      await call('/session', { method: 'POST', body: JSON.stringify(body) });
      done();
    } catch {
      trouble.textContent = say.signInFailed;
    }
  };
  const field = el('input', { id: 'token', autocomplete: 'off', spellcheck: 'false', required: true });
  const form = el(
    'form',
    {
      submit: (event) => {
        event.preventDefault();
        void enter({ token: field.value.trim() });
      },
    },
    el('label', { for: 'token' }, say.token),
    field,
    el('button', { class: 'primary', type: 'submit' }, say.withToken),
  );
  const accounts = demo.map(({ id, label, role }) =>
    el(
      'li',
      {},
      button(
        label,
        { class: 'primary', 'data-testid': `signin-demo-${id}`, click: () => void enter({ demo: id }) },
        el('strong', {}, label),
        el('br'),
        el('span', { class: 'small' }, role),
      ),
    ),
  );
  const ways: Node[][] = [];
  if (provider !== null) {
    const href = `${provider}?returnTo=${returnTo}`;
    ways.push([el('p', {}, el('a', { class: 'primary', href, 'data-testid': 'signin-provider' }, say.withProvider))]);
  }
  if (demo.length > 0) ways.push([el('h2', {}, say.demoAccounts), el('ul', {}, ...accounts)]);
  ways.push([form]);
  root.replaceChildren(
    el(
      'main',
      { class: 'signin', 'data-testid': 'signin' },
      el('p', { class: 'brand' }, 'Lumbung'),
      el('h1', {}, say.signIn),
      el('p', { class: 'small' }, say.purpose),
      trouble,
      ...ways.flatMap((way, index) => (index === 0 ? way : [el('h2', {}, say.or), ...way])),
    ),
  );
  root.setAttribute('aria-busy', 'false');
}
