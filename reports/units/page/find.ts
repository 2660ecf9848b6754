/**
 * Units by words of their names and codes, from the split index: whose scope is the nation asks for the parts a word begins with, others for
 * the file of their own area. Invariant: an index is read once; `undefined` says that more letters are needed.
 */
import { wordsOf } from '../../../warehouse/queries/words.ts';

export type Unit = { href: string; name: string; place: string };
type Entry = readonly [level: string, id: string, name: string, code: string, place: string];

const SHOWN = 12;
const MOST_PARTS = 4;
const read = new Map<string, Promise<unknown>>();

function load<T>(url: string): Promise<T> {
  const held = read.get(url);
  if (held) return held as Promise<T>;
  const asked = fetch(url).then((answer) => {
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json() as Promise<T>;
  });
  // What failed is asked for again.
  asked.catch(() => read.delete(url));
  read.set(url, asked);
  return asked;
}

/** Who reads decides which index there is; a site without sign-in has that of the nation. */
async function scopes(base: string): Promise<readonly string[]> {
  const reader = await load<{ scopes: string[] }>(`${base}/reader.json`).catch(() => undefined);
  return reader?.scopes ?? ['national'];
}

export async function findUnits(base: string, prefix: string, text: string): Promise<Unit[] | undefined> {
  const words = wordsOf(text);
  if (words.length === 0) return undefined;
  const lists: Entry[][] = [];
  for (const scope of await scopes(base)) {
    const [level = '', id = ''] = scope.split(':');
    if (level === 'national') {
      const found = await national(base, words);
      if (found === undefined) return undefined;
      lists.push(found);
    } else if (level === 'province' || level === 'regency') {
      lists.push(await load<Entry[]>(`${base}/search/${level}/${encodeURIComponent(encodeURIComponent(id))}.json`));
    }
  }
  const fits = (entry: Entry) => {
    const parts = wordsOf(`${entry[2]} ${entry[3]}`);
    return words.every((word) => parts.some((part) => part.startsWith(word)));
  };
  const seen = new Set<string>();
  const units = lists.flat().filter((entry) => {
    const key = `${entry[0]}:${entry[1]}`;
    return fits(entry) && !seen.has(key) && seen.add(key);
  });
  return units.slice(0, SHOWN).map(([level, id, name, code, place]) => {
    const folder =
      level === 'national' ? 'unit/national' : `unit/${level}/${encodeURIComponent(encodeURIComponent(id))}`;
    return { href: `${prefix}${folder}/`, name, place: [code, place].filter((part) => part !== '').join(' · ') };
  });
}

/** The parts of the word that is told by the fewest of them; a word every unit has tells nothing. */
async function national(base: string, words: readonly string[]): Promise<Entry[] | undefined> {
  const parts = await load<string[]>(`${base}/search/national/parts.json`);
  const holding = (word: string) =>
    parts.filter((part) => {
      const whole = part.endsWith('_');
      const beginning = whole ? part.slice(0, -1) : part;
      return beginning.startsWith(word) || (!whole && word.startsWith(beginning));
    });
  const [own] = words
    .map(holding)
    .filter((of) => of.length > 0)
    .sort((a, b) => a.length - b.length);
  if (own === undefined || own.length > MOST_PARTS) return undefined;
  const read = await Promise.all(
    own.map((part) => load<Entry[]>(`${base}/search/national/${encodeURIComponent(part)}.json`)),
  );
  return read.flat();
}
