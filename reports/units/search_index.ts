/**
 * The index of units, split so that a search reads little: of the nation one file a beginning of a word, of a province or regency one
 * file. Invariant: a word that nearly every unit has (SPPG, Kota) leads to no file of its own; a file of the nation holds at most so many
 * units, unless longer beginnings do not tell them apart.
 */

import type { PageLevel } from '../../warehouse/queries/units/within.ts';
import { wordsOf } from '../../warehouse/queries/words.ts';
import { grouped } from './grouped.ts';
import { type Programme, pathOfUnit } from './programme.ts';
import type { Audience } from './view.ts';

/** Level, id, name, code, and where it lies. */
export type Entry = readonly [level: PageLevel, id: string, name: string, code: string, place: string];
const MOST = 400;
const LONGEST = 10;
const COMMON = 0.2;

export const entriesOf = (programme: Programme, audience: Audience): Entry[] => {
  const entry = (level: PageLevel, id: string): Entry[] => {
    const path = pathOfUnit(programme, level, id, 'id') ?? [];
    const unit = path.at(-1);
    const place = path
      .slice(1, -1)
      .toReversed()
      .map(({ name }) => name);
    return unit === undefined ? [] : [[level, id, unit.name, unit.code, place.join(', ')]];
  };
  return [
    ...programme.areas.flatMap(({ level, id }) => entry(level, id)),
    ...(audience === 'public' ? [] : programme.kitchens.flatMap(({ id }) => entry('sppg', id))),
  ];
};

/** Files of the nation by the beginning of words they answer, and `parts`: which beginnings have one. */
export function nationalParts(entries: readonly Entry[]): Map<string, Entry[]> {
  const words = new Map<string, Set<Entry>>();
  for (const entry of entries)
    for (const word of new Set(wordsOf(`${entry[2]} ${entry[3]}`))) {
      const held = words.get(word);
      if (held === undefined) words.set(word, new Set([entry]));
      else held.add(entry);
    }
  const files = new Map<string, Entry[]>();
  const telling = [...words].filter(([, held]) => held.size <= Math.max(MOST, COMMON * entries.length));
  const split = (prefix: string, own: typeof telling) => {
    const found = new Set(own.flatMap(([, held]) => [...held]));
    if (found.size <= MOST || prefix.length >= LONGEST || prefix.endsWith('_')) {
      files.set(prefix, [...found]);
      return;
    }
    // Words that end here, and what does not fit into one file, one letter further.
    for (const [next, longer] of beginnings(own, prefix.length + 1)) split(next, longer);
  };
  for (const [first, own] of beginnings(telling, 1)) split(first, own);
  return files;
}

/** Words by their first letters; shorter ones stand under themselves, closed by a sign no word holds. */
const beginnings = <Word extends readonly [string, ...unknown[]]>(
  words: readonly Word[],
  length: number,
): Map<string, Word[]> =>
  grouped(words, ([word]) => (word.length < length ? `${word}_` : [...word].slice(0, length).join('')));
