/**
 * Preferences of people for the live screen, kept by whom they are (the `sub` of their claims).
 * Invariants: only the person named is read or written; what is stored and no longer fits the schema counts as not saved;
 * defaults show a role what it may see.
 */
import { type Preferences, preferences } from '../platform/preferences.ts';
import type { Warehouse } from './client.ts';
import type { Owner } from './kpis/kpi.ts';
import { seesFigures, seesTodayOnly, visibleKpis } from './permissions.ts';

type Widget = Preferences['widgets'][number];
/** The parts of the screen in their order, with the fields of work they tell of; none: whoever sees figures. */
const STANDARD: readonly (Widget & { about?: readonly Owner[]; history?: true })[] = [
  { id: 'attention', size: 'wide' },
  { id: 'summary', size: 'wide', about: ['production', 'distribution'] },
  { id: 'safety', size: 'wide', about: ['quality', 'distribution'] },
  { id: 'flow', size: 'wide', about: ['production', 'quality', 'distribution'] },
  { id: 'where', size: 'tall', history: true },
  { id: 'trend', size: 'wide', history: true },
  { id: 'operations', size: 'wide', about: ['production', 'distribution', 'staff'] },
  { id: 'quality', size: 'wide', about: ['quality', 'nutrition'] },
  { id: 'finance', size: 'wide', about: ['finance', 'procurement'] },
  { id: 'voice', size: 'wide', about: ['voice'] },
  { id: 'calendar', size: 'small', history: true },
  { id: 'insights', size: 'small', history: true },
  { id: 'data', size: 'wide', history: true },
  { id: 'units', size: 'tall', history: true },
];

/** What a role begins with. */
export function defaultPreferences(role: string): Preferences {
  const owners = new Set(visibleKpis(role).map((kpi) => kpi.owner));
  const today = seesTodayOnly(role);
  const widgets = STANDARD.filter(
    ({ about, history }) =>
      seesFigures(role) && !(today && history) && (about === undefined || about.some((owner) => owners.has(owner))),
  ).map(({ id, size }) => ({ id, size }));
  return {
    widgets,
    period: today ? 'day' : 'month',
    // Who sees today only is shown no other day to compare with.
    comparison: today ? 'target' : 'same_weekday',
    language: 'id',
    theme: 'system',
  };
}

/** What the person has saved; undefined where that is nothing. */
export async function readPreferences(warehouse: Warehouse, person: string): Promise<Preferences | undefined> {
  const [row] = await warehouse.query<{ body: string }>(
    'SELECT body FROM ops.preferences FINAL WHERE person = {person:String} AND saved',
    { person },
  );
  return row === undefined ? undefined : preferences.safeParse(JSON.parse(row.body)).data;
}

/** Keeps what the person chose; undefined: back to the defaults. */
export async function writePreferences(warehouse: Warehouse, person: string, chosen?: Preferences): Promise<void> {
  const saved = chosen !== undefined;
  await warehouse.insertRows('ops.preferences', [{ person, body: saved ? JSON.stringify(chosen) : '', saved }]);
}
