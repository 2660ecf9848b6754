/**
 * The ministry's fortnights. Their length is data: an earlier rule had ten service days, today's has twelve. Unless a file lists
 * them: two ISO weeks each, counted from Monday 1 January 2024.
 */
const DAY_MS = 86_400_000;
const FIRST = Date.UTC(2024, 0, 1);
const KNOWN = 26 * 12;

const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);

export const fortnights: readonly { starts: string; ends: string }[] = Array.from({ length: KNOWN }, (_, index) => ({
  starts: dayOf(FIRST + 14 * index * DAY_MS),
  ends: dayOf(FIRST + (14 * index + 13) * DAY_MS),
}));
