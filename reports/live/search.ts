/**
 * Finding a unit by name: a box with a list below it, worked by keyboard, pointer or voice (the combobox pattern of ARIA).
 * Invariant: only the answer to what stands in the box is shown.
 */
import { call, type Place, pathOf } from './api.ts';
import { el, setText } from './dom.ts';
import { words } from './words/words.ts';

type Found = { units: (Place & { path?: string })[] };
const WAIT_MS = 200;
const LEAST = 2;
const SHOWN = 12;

export function searchBox(go: (scope: string, name: string) => void): HTMLElement {
  const list = el('ul', { id: 'found', role: 'listbox', 'aria-label': words().search, hidden: true });
  const said = el('p', { class: 'unseen', role: 'status' });
  const input = el('input', {
    type: 'search',
    role: 'combobox',
    'aria-label': words().search,
    'aria-expanded': 'false',
    'aria-controls': 'found',
    'aria-autocomplete': 'list',
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: '80',
    placeholder: words().search,
    'data-testid': 'search',
  });
  const message = el('p', { class: 'found-none small', hidden: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let at = -1;

  const close = () => {
    list.hidden = message.hidden = true;
    at = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  const mark = (next: number) => {
    const options = [...list.children];
    at = options.length === 0 ? -1 : (next + options.length) % options.length;
    for (const [index, option] of options.entries()) option.setAttribute('aria-selected', String(index === at));
    const own = options[at];
    if (own) {
      input.setAttribute('aria-activedescendant', own.id);
      own.scrollIntoView({ block: 'nearest' });
    }
  };
  const choose = (scope: string, name: string) => {
    input.value = '';
    close();
    go(scope, name);
  };
  const tell = (text: string) => {
    close();
    message.hidden = text === '';
    setText(message, text);
    setText(said, text);
  };
  const ask = async (q: string) => {
    try {
      const { units } = await call<Found>(pathOf('/units/search', { q, limit: SHOWN }));
      if (input.value.trim() !== q) return;
      if (units.length === 0) return tell(words().searchNone);
      message.hidden = true;
      list.replaceChildren(
        ...units.map(({ scope, name, path, level }, index) =>
          el(
            'li',
            { role: 'option', id: `found-${index}`, 'aria-selected': 'false', click: () => choose(scope, name) },
            el('span', { dir: 'auto' }, name),
            el(
              'span',
              { class: 'small' },
              [words().levelNames(level), ...(path === undefined ? [] : [path])].join(' · '),
            ),
          ),
        ),
      );
      list.hidden = false;
      input.setAttribute('aria-expanded', 'true');
      at = -1;
      setText(said, words().searchFound(units.length));
    } catch {
      if (input.value.trim() === q) tell(words().searchFailed);
    }
  };
  input.addEventListener('input', () => {
    clearTimeout(timer);
    const q = input.value.trim();
    if (q.length < LEAST) return tell('');
    timer = setTimeout(() => void ask(q), WAIT_MS);
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
    if (list.hidden) return;
    if (event.key === 'ArrowDown') mark(at + 1);
    else if (event.key === 'ArrowUp') mark(at - 1);
    else if (event.key === 'Enter') list.children[Math.max(0, at)]?.dispatchEvent(new MouseEvent('click'));
    else return;
    event.preventDefault();
  });
  input.addEventListener('blur', () => setTimeout(close, 200));
  return el('div', { class: 'search', role: 'search' }, input, list, message, said);
}
