/**
 * Preferences of people for the live screen, kept by whom they are (the `sub` of their claims).
 * Invariants: only the person named is read or written; what is stored and no longer fits the schema counts as not saved;
 * defaults show a role what it may see.
 */
import { type Preferences, preferences, type Widget } from '../platform/preferences.ts';
import type { Warehouse } from './client.ts';
import type { Owner } from './kpis/kpi.ts';
import { seesFigures, seesTodayOnly, visibleKpis } from './permissions.ts';

/** The parts of the screen in their order, with the fields of work they tell of; none: whoever sees figures. */
const STANDARD: readonly (Pick<Widget, 'id' | 'size'> & { about?: readonly Owner[]; history?: true })[] = [
  { id: 'attention', size: 'full' },
  { id: 'summary', size: 'full', about: ['production', 'distribution'] },
  { id: 'safety', size: 'full', about: ['quality', 'distribution'] },
  { id: 'flow', size: 'full', about: ['production', 'quality', 'distribution'] },
  { id: 'where', size: 'full', history: true },
  { id: 'trend', size: 'full', history: true },
  { id: 'operations', size: 'full', about: ['production', 'distribution', 'staff'] },
  { id: 'quality', size: 'full', about: ['quality', 'nutrition'] },
  { id: 'finance', size: 'full', about: ['finance', 'procurement'] },
  { id: 'voice', size: 'full', about: ['voice'] },
  { id: 'calendar', size: 'half', history: true },
  { id: 'insights', size: 'half', history: true },
  { id: 'data', size: 'full' },
  { id: 'units', size: 'full', history: true },
];

/** What a role begins with. */
export function defaultWidgets(role: string): Widget[] {
  const owners = new Set(visibleKpis(role).map((kpi) => kpi.owner));
  const today = seesTodayOnly(role);
  return STANDARD.filter(
    ({ about, history }) =>
      seesFigures(role) && !(today && history) && (about === undefined || about.some((owner) => owners.has(owner))),
  ).map(({ id, size }) => ({ id, size, shown: true }));
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
