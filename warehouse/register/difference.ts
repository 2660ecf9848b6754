/**
 * What moved between two frozen contents of a report: which row (unit) moved which number, from what to what.
 * Invariant: every number that differs is in it, those that are new or gone too; rows are matched by their key columns.
 */
type Text = { id: string; en: string };
type Cell = string | number | null;
type Part = {
  kind: string;
  id: string;
  title: Text;
  facts?: { name: Text; value: Cell }[];
  columns?: { id: string; name: Text }[];
  rows?: Cell[][];
  keyColumns?: number;
  points?: { date: string; value: number | null }[];
};

export type Moved = {
  part: string;
  /** The unit or day, as its row is named; empty for a fact of the whole report. */
  row: string;
  number: Text;
  before: Cell;
  after: Cell;
  /** Null where one of them is no number. */
  by: number | null;
};

/** Canonical JSON in, one entry for each number that moved out, the largest moves first within a part. */
export function difference(before: string, after: string): Moved[] {
  const [old, fresh] = [numbersOf(before), numbersOf(after)];
  const moved: Moved[] = [];
  for (const [key, cell] of new Map([...old, ...fresh])) {
    const [was, is] = [old.get(key)?.value ?? null, fresh.get(key)?.value ?? null];
    if (was === is) continue;
    const by = typeof was === 'number' && typeof is === 'number' ? is - was : null;
    moved.push({ part: cell.part, row: cell.row, number: cell.number, before: was, after: is, by });
  }
  return moved.sort((a, b) => a.part.localeCompare(b.part) || Math.abs(b.by ?? 0) - Math.abs(a.by ?? 0));
}

type Numbered = { part: string; row: string; number: Text; value: Cell };

function numbersOf(content: string): Map<string, Numbered> {
  const { parts, completeness, final } = JSON.parse(content) as {
    parts: Part[];
    completeness: { due: number; present: number };
    final: boolean;
  };
  const found = new Map<string, Numbered>();
  const add = (part: string, row: string, column: string, number: Text, value: Cell) =>
    found.set(JSON.stringify([part, row, column]), { part, row, number, value });
  add('', '', 'due', { id: 'Laporan yang ditunggu', en: 'Reports due' }, completeness.due);
  add('', '', 'present', { id: 'Laporan yang ada', en: 'Reports present' }, completeness.present);
  add('', '', 'final', { id: 'Sudah final', en: 'Final' }, final ? 1 : 0);
  for (const part of parts) {
    for (const { name, value } of part.facts ?? []) add(part.id, '', name.en, name, value);
    for (const row of part.rows ?? []) {
      const key = row.slice(0, part.keyColumns ?? 1).join(' · ');
      part.columns?.forEach(({ id, name }, at) => {
        if (at >= (part.keyColumns ?? 1)) add(part.id, key, id, name, row[at] ?? null);
      });
    }
    for (const { date, value } of part.points ?? []) add(part.id, date, 'value', part.title, value);
  }
  return found;
}
