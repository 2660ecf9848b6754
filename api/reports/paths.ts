/**
 * What an address below /reports asks for, and to whom it may be told. Pure.
 * Invariants: a path that is not made of plain names leads nowhere: no dots at the beginning, no slash or backslash that was encoded; what
 * is not known to be for others is for readers of every field of the nation.
 */
import { scope } from '../inputs.ts';

export type Asked = {
  /** Path of the file inside a release. */
  file: string;
  /** Asked for by people: an address of a page, with or without its last slash. */
  page: boolean;
  /** A folder without its slash. */
  slashless: boolean;
  language: 'id' | 'en';
  /** Anybody; readers of this unit; readers of any figures; readers of every field of the nation. */
  audience: 'open' | 'unit' | 'figures' | 'nation';
  scope?: string;
};

const NAME = /^(?!\.)[\w.~+@,()-]{1,150}$/;
const OPEN = new Set(['assets', '_app', 'fonts', 'metode', 'kamus']);
const OPEN_FILES = new Set(['favicon.ico', 'favicon.svg', 'robots.txt']);

/** Of the path after /reports/, as it was sent; undefined where it can be no file of ours. */
export function askedFor(sent: string): Asked | undefined {
  const names: string[] = [];
  for (const part of sent.split('/')) {
    try {
      names.push(decodeURIComponent(part));
    } catch {
      return undefined;
    }
  }
  const folder = names.at(-1) === '';
  if (folder) names.pop();
  if (names.some((name) => !NAME.test(name))) return undefined;
  const last = names.at(-1) ?? '';
  // An id may hold a dot: what lies in the place of a unit is one.
  const inner = names[0] === 'en' ? names.slice(1) : names;
  const isUnit = inner[0] === 'unit' && inner.length <= (inner[1] === 'national' ? 2 : 3);
  const slashless = !folder && (isUnit || !/\.\w+$/.test(last));
  const file = [...names, ...(folder || slashless ? ['index.html'] : [])].join('/');
  const base = {
    file,
    slashless,
    page: file.endsWith('.html'),
    language: names[0] === 'en' ? ('en' as const) : ('id' as const),
  };
  return { ...base, ...audienceOf(inner) };
}

function audienceOf([first = '', kind = '', id = '', ...rest]: readonly string[]): Pick<Asked, 'audience' | 'scope'> {
  if (OPEN.has(first) || (kind === '' && OPEN_FILES.has(first))) return { audience: 'open' };
  if (first === 'jelajah') return { audience: 'figures' };
  if (first === 'unit' || first === 'search') {
    if (kind === 'national') return { audience: 'unit', scope: 'national' };
    const named = first === 'search' ? id.replace(/\.json$/, '') : id;
    const text = scope.safeParse(`${kind}:${named}`);
    // A name that is no unit's tells nothing, and is for those who may know all names.
    if (text.success && (first === 'unit' || rest.length === 0)) return { audience: 'unit', scope: text.data };
  }
  return { audience: 'nation' };
}
