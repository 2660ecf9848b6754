/**
 * The server's clock. A wall screen's own clock may be wrong by hours; how old data is, is told by the clock that dated it.
 * Invariant: an answer's `Date` moves the offset; between answers the offset stands.
 */
let offsetMs = 0;

export function heardDate(header: string | null): void {
  const at = header === null ? Number.NaN : Date.parse(header);
  if (Number.isNaN(at)) return;
  const difference = at - Date.now();
  // `Date` has whole seconds: less than two of difference is none.
  offsetMs = Math.abs(difference) < 2_000 ? 0 : difference;
}

export const serverNow = (): number => Date.now() + offsetMs;
