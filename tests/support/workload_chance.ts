/** What every step of the random workload draws from: seeded, so that a failing run can be replayed. */
import type pg from 'pg';

/** mulberry32: a small seeded generator. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const KITCHENS = ['k321', 'k322', 'k511', 'k512', 'k941', 'k942'];

export type Step = () => Promise<unknown>;
export type Chance = ReturnType<typeof chanceOf>;

export function chanceOf(source: pg.ClientBase, seed: number) {
  const random = seeded(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const int = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  let serial = 0;
  const id = (prefix: string) => `${prefix}${seed}-${++serial}`;
  // Instants near the day boundaries of all three zones, and ordinary ones.
  const at = () => {
    const day = String(int(1, 6)).padStart(2, '0');
    return `2026-03-${day}T${pick(['00:00:00', '14:59:59.999', '15:00:00', '16:00:00', '17:00:00', '17:30:00', '05:12:34.567'])}Z`;
  };
  const maybe = <T>(value: T): T | null => (random() < 0.3 ? null : value);
  const anyOf = (table: string, column = 'id') =>
    `(SELECT "${column}" FROM ${table} ORDER BY md5(id || '${int(0, 1e6)}') LIMIT 1)`;

  // Hours before and after a day ago: a complaint of that age changes its cell as time passes.
  const recently = () => new Date(Date.now() - int(20, 28) * 3_600_000).toISOString();
  return { source, random, pick, int, id, at, maybe, anyOf, recently };
}
