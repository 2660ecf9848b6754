/** Local days as text, YYYY-MM-DD. */

/** The nation's present day (WIB). */
export const nationalDay = () => new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);

/** The day `days` after (or before) a day. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
