/** Reference data from files: CSV, one row a line, a heading allowed. Every line is checked; the first bad one is named. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { LumbungError } from '../../platform/errors.ts';
import { findKpi } from '../kpis/registry.ts';
import { fortnights } from './fortnights.ts';
import { holidays } from './holidays.ts';
import { wilayah } from './wilayah.ts';

/** Files by the name of their variable; one not named is the built-in data. */
export type ReferenceFiles = Partial<
  Record<'HOLIDAYS_FILE' | 'FORTNIGHTS_FILE' | 'TARGETS_FILE' | 'WILAYAH_FILE', string | undefined>
>;
export type Reference = {
  holidays: readonly { day: string; name: string }[];
  fortnights: readonly { starts: string; ends: string }[];
  targets: readonly { kpi: string; scope: string; since: string; low: number | null; high: number | null }[];
  wilayah: readonly { region: string; code: string; name: string }[];
};

const date = z.iso.date();
const text = z.string().min(1);
const known = z.string().refine((id) => findKpi(id) !== undefined);
const limit = z.union([z.literal('').transform(() => null), z.coerce.number()]);
const code = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const scope = z.string().regex(/^(national|(wilayah|region|province|regency|sppg):[A-Za-z0-9_.-]{1,64})$/);

/** The rows of a file; the last column may contain commas. `config` for a line that is not what it should be. */
function readRows<Row>(variable: string, file: string, schema: z.ZodObject & z.ZodType<Row>): Row[] {
  const columns = Object.keys(schema.shape);
  const lines = readFileSync(file, 'utf8').split(/\r?\n/);
  return lines.flatMap((line, index) => {
    if (line.trim() === '' || (index === 0 && line.startsWith(columns[0] ?? ''))) return [];
    const cells = line.split(',');
    const values = [...cells.slice(0, columns.length - 1), cells.slice(columns.length - 1).join(',')];
    const row = Object.fromEntries(columns.map((column, at) => [column, values[at]?.trim()]));
    const parsed = schema.safeParse(row);
    if (parsed.success) return [parsed.data];
    throw new LumbungError(
      'config',
      `${variable}: line ${index + 1} of ${file} is not "${columns.join(',')}": ${line}`,
    );
  });
}

export function readReference(files: ReferenceFiles): Reference {
  const read = <Row>(
    variable: keyof ReferenceFiles,
    schema: z.ZodObject & z.ZodType<Row>,
    otherwise: readonly Row[],
  ) => {
    const file = files[variable];
    return file === undefined ? otherwise : readRows(variable, file, schema);
  };
  const periods = read('FORTNIGHTS_FILE', z.object({ starts: date, ends: date }), fortnights);
  const ordered = [...periods].sort((a, b) => (a.starts < b.starts ? -1 : 1));
  ordered.forEach(({ starts, ends }, index) => {
    const next = ordered[index + 1];
    if (ends < starts || (next !== undefined && next.starts <= ends)) {
      throw new LumbungError(
        'config',
        `FORTNIGHTS_FILE: the period ${starts} to ${ends} ends before it starts, or overlaps the next`,
      );
    }
  });
  return {
    holidays: read(
      'HOLIDAYS_FILE',
      z.object({ day: date, name: text }),
      holidays.map(({ date: day, name }) => ({ day, name })),
    ),
    fortnights: ordered,
    targets: read('TARGETS_FILE', z.object({ kpi: known, scope, since: date, low: limit, high: limit }), []),
    wilayah: read('WILAYAH_FILE', z.object({ region: code, code, name: text }), wilayah),
  };
}
