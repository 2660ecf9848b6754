/**
 * The two ways CSV is written: for machines (UTF-8, comma, decimal point) and for a spreadsheet set to Indonesian (semicolon,
 * decimal comma, a mark that says UTF-8).
 * Invariant: text that a spreadsheet would run as a formula is written with an apostrophe before it, in both.
 */
export type Dialect = 'csv' | 'csv-id';

export const separatorOf: Readonly<Record<Dialect, string>> = { csv: ',', 'csv-id': ';' };
/** What a file begins with. */
export const markOf: Readonly<Record<Dialect, string>> = { csv: '', 'csv-id': '\ufeff' };

/** What a spreadsheet takes for a formula begins so; the engine's patterns (RE2) read it alike. */
export const FORMULA = '^[=+\\-@\\t\\r]';
const formula = new RegExp(FORMULA);

export function csvText(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return /["\r\n,;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const csvNumber = (value: number, dialect: Dialect): string =>
  dialect === 'csv' ? String(value) : String(value).replace('.', ',');
