/** What a benchmark prints: one JSON line, its value beside a baseline measured in the same run. */
export type BenchLine = {
  bench: string;
  metric: string;
  value: number;
  unit: string;
  baseline: number | null;
  ratio: number | null;
  /** What the ratio should be. */
  aim?: { atLeast: number } | { atMost: number };
  work: string;
};

/** Everything reported so far, for the table at the end (run.ts). */
export const reported: BenchLine[] = [];

export function report(line: BenchLine): void {
  const rounded = (value: number | null) => (value === null ? null : Number(value.toPrecision(4)));
  const printed = { ...line, value: rounded(line.value), baseline: rounded(line.baseline), ratio: rounded(line.ratio) };
  reported.push({ ...printed, value: printed.value ?? line.value });
  process.stdout.write(`${JSON.stringify(printed)}\n`);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
