/**
 * How a service morning is spread: from 01:00 to 10:00 on the clocks of three zones, in bursts, with one province whose network is
 * away for an hour. Pure: kitchens, changes and seconds in, changes by second, group and kind out.
 * Invariants: the sum over all seconds is what was asked for, to the change; nothing is written for a province while it is away,
 * and what it could not write comes afterwards, on top of what is due then.
 */

export const kinds = ['plan', 'cook', 'check', 'deliver', 'handOver', 'correct'] as const;
export type Kind = (typeof kinds)[number];

/** Kitchens that have clock and network in common. */
export type Group = { zone: number; away: boolean; kitchens: number };
export type Due = { group: number; kind: Kind; changes: number };

/** Share of a kind in all changes, and of the local hour that begins then in the kind. */
const shape: Readonly<Record<Kind, { share: number; hours: Readonly<Record<number, number>> }>> = {
  plan: { share: 0.3, hours: { 1: 0.7, 2: 0.3 } },
  cook: { share: 0.15, hours: { 2: 0.1, 3: 0.2, 4: 0.3, 5: 0.25, 6: 0.15 } },
  check: { share: 0.1, hours: { 4: 0.2, 5: 0.4, 6: 0.3, 7: 0.1 } },
  deliver: { share: 0.15, hours: { 6: 0.3, 7: 0.4, 8: 0.2, 9: 0.1 } },
  handOver: { share: 0.25, hours: { 7: 0.2, 8: 0.35, 9: 0.45 } },
  correct: { share: 0.05, hours: { 1: 0.02, 2: 0.02, 3: 0.03, 4: 0.05, 5: 0.08, 6: 0.1, 7: 0.15, 8: 0.2, 9: 0.35 } },
};

/** Half of what an hour brings comes in its first quarter. */
const burst = (part: number) => (part < 0.25 ? 2 * part : 0.5 + (part - 0.25) * (2 / 3));

const AWAY = { from: 6, to: 7, caughtUp: 7.25 };
/** The morning of all three: it begins at 01:00 in the east and ends at 10:00 in the west, eleven hours later. */
const BEGINS_UTC = -8;
const HOURS = 11;

/** Local hour of a zone after a part (0 to 1) of the morning; negative before midnight. */
export const localHour = (part: number, zone: number): number => BEGINS_UTC + HOURS * part + zone;

/** Share of a kind that is written by a local hour. */
function writtenBy(kind: Kind, hour: number, away: boolean): number {
  const due = (by: number) =>
    Object.entries(shape[kind].hours).reduce(
      (sum, [begins, share]) => sum + share * burst(Math.min(1, Math.max(0, by - Number(begins)))),
      0,
    );
  if (!away || hour <= AWAY.from || hour >= AWAY.caughtUp) return due(hour);
  const before = due(AWAY.from);
  if (hour < AWAY.to) return before;
  return before + ((hour - AWAY.to) / (AWAY.caughtUp - AWAY.to)) * (due(AWAY.caughtUp) - before);
}

/** What is due in each second of the morning, compressed into so many. */
export function* morningPlan(groups: readonly Group[], changes: number, seconds: number): Generator<Due[]> {
  const all = groups.reduce((sum, { kitchens }) => sum + kitchens, 0);
  const lines = groups.flatMap(({ kitchens }, group) =>
    kinds.map((kind) => ({ group, kind, total: (changes * shape[kind].share * kitchens) / all, written: 0 })),
  );
  // Rounded along the whole run of lines, so that the fractions that each leaves over add up to whole changes.
  let exact = 0;
  let given = 0;
  for (const line of lines) {
    exact += line.total;
    line.total = Math.round(exact) - given;
    given += line.total;
  }
  for (let second = 1; second <= seconds; second++) {
    const due: Due[] = [];
    for (const line of lines) {
      const { zone, away } = groups[line.group] as Group;
      const by = Math.round(line.total * writtenBy(line.kind, localHour(second / seconds, zone), away));
      if (by > line.written) due.push({ group: line.group, kind: line.kind, changes: by - line.written });
      line.written = by;
    }
    yield due;
  }
}
