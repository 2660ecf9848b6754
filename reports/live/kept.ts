/**
 * The last answers, kept on the device: a screen without a connection shows what it last knew, and says so.
 * Invariants: bounded in number and size, the oldest go first; forgotten at sign-out, and never shown to somebody else; a device that
 * keeps nothing works all the same.
 */
import type { Session } from './api.ts';

const PREFIX = 'lumbung.kept ';
const WHO = 'lumbung.session';
const MOST_ENTRIES = 60;
const MOST_CHARACTERS = 1_500_000;
/** A busy screen writes no more often than this for the same question. */
const WRITE_EVERY_MS = 10_000;

type Kept<T> = { at: number; answer: T };
const written = new Map<string, number>();

function read<T>(key: string): T | undefined {
  try {
    const text = localStorage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

function write(key: string, value: object): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Full, or not allowed: nothing is kept.
    localStorage.removeItem(key);
  }
}

const entries = () =>
  Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => ({ key, size: localStorage.getItem(key)?.length ?? 0, at: read<Kept<unknown>>(key)?.at ?? 0 }))
    .sort((a, b) => b.at - a.at);

function trim(): void {
  let characters = 0;
  for (const [index, { key, size }] of entries().entries()) {
    characters += size;
    if (index < MOST_ENTRIES && characters <= MOST_CHARACTERS) continue;
    localStorage.removeItem(key);
    written.delete(key.slice(PREFIX.length));
  }
}

export function keep(path: string, answer: object): void {
  const now = Date.now();
  const last = written.get(path);
  if (last !== undefined && now - last < WRITE_EVERY_MS) return;
  if (last === undefined) trim();
  written.set(path, now);
  write(PREFIX + path, { at: now, answer } satisfies Kept<object>);
}

export const recall = <T>(path: string): Kept<T> | undefined => read<Kept<T>>(PREFIX + path);

/** Remembers who is signed in; what somebody else left behind is forgotten. */
export function keepSession(session: Session): void {
  if (recallSession()?.sub !== session.sub) forgetAll();
  write(WHO, session);
}

export const recallSession = (): Session | undefined => read<Session>(WHO);

export function forgetAll(): void {
  for (const { key } of entries()) localStorage.removeItem(key);
  localStorage.removeItem(WHO);
  written.clear();
}
