/**
 * The ministry's documents as they can be asked for: who may, of which units, about which period. What is in them is told by
 * reports/documents, which nothing here imports.
 * Invariant: a document is of a whole period of its kind, so that two of the same name never tell of different days.
 */
import { LumbungError } from '../../platform/errors.ts';
import type { Warehouse } from '../client.ts';
import type { Field } from '../permissions.ts';
import { LEVELS, type Level } from '../scopes.ts';

export type DocumentPeriod = 'day' | 'fortnight' | 'month' | 'range';
export type DocumentEntry = {
  id: string;
  name: { id: string; en: string };
  levels: readonly Level[];
  period: DocumentPeriod;
  /** Fields of work all of which its reader must see; numbers of other fields are left out of it where they are not seen. */
  fields: readonly Field[];
};

export const DOCUMENT_FORMATS = ['pdf', 'xlsx', 'csv', 'csv-id'] as const;

export const documents = {
  'fortnight-funds': {
    name: { id: 'Laporan penggunaan dana dua mingguan', en: 'Fortnightly use of funds' },
    levels: LEVELS,
    period: 'fortnight',
    fields: ['finance'],
  },
  'daily-operations': {
    name: { id: 'Lembar operasional harian', en: 'Daily operational sheet' },
    levels: LEVELS,
    period: 'day',
    fields: ['production', 'distribution'],
  },
  'monthly-evaluation': {
    name: { id: 'Evaluasi bulanan', en: 'Monthly evaluation' },
    levels: LEVELS,
    period: 'month',
    fields: ['production', 'distribution'],
  },
  'national-summary': {
    name: { id: 'Ringkasan nasional dan provinsi', en: 'National and provincial summary' },
    levels: ['national', 'wilayah', 'region', 'province'],
    period: 'range',
    fields: ['production', 'distribution'],
  },
  'safety-report': {
    name: { id: 'Laporan keamanan pangan', en: 'Food safety report' },
    levels: LEVELS,
    period: 'range',
    fields: ['quality'],
  },
  'data-quality': {
    name: { id: 'Laporan mutu dan kelengkapan data', en: 'Data quality and completeness' },
    levels: LEVELS,
    period: 'range',
    fields: ['completeness'],
  },
} as const satisfies Record<string, Omit<DocumentEntry, 'id'>>;
export type DocumentId = keyof typeof documents;

export const documentOf = (id: DocumentId): DocumentEntry => ({ id, ...documents[id] });

const FORTNIGHTS_TOLD = 26;

/** The fortnights of the ministry's calendar that have begun, the newest first. */
export async function begunFortnights(warehouse: Warehouse, today: string): Promise<{ from: string; to: string }[]> {
  return warehouse.query(
    `SELECT toString(starts) AS \`from\`, toString(ends) AS \`to\` FROM mart.fortnights FINAL
     WHERE listed AND starts <= {today:Date32} ORDER BY starts DESC LIMIT {upTo:UInt32}`,
    { today, upTo: FORTNIGHTS_TOLD },
  );
}

const LONGEST_DAYS = 366;
const DAY_MS = 86_400_000;

/** Refuses days that are not a period of the document, naming the one that was probably meant. */
export async function checkPeriod(
  warehouse: Warehouse,
  { id, period }: DocumentEntry,
  { from, to }: { from: string; to: string },
): Promise<void> {
  const refuse = (meant: string) => {
    throw new LumbungError('bad_input', `${id} is about ${meant}, not ${from}..${to}`);
  };
  if (period === 'day' && from !== to) refuse(`one day, such as ${from}..${from}`);
  if (period === 'range' && (Date.parse(to) - Date.parse(from)) / DAY_MS >= LONGEST_DAYS)
    refuse(`at most ${LONGEST_DAYS} days`);
  if (period === 'month') {
    const [year = 0, month = 0] = from.split('-').map(Number);
    const first = `${from.slice(0, 7)}-01`;
    const last = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
    if (from !== first || to !== last) refuse(`one calendar month, such as ${first}..${last}`);
  }
  if (period === 'fortnight') {
    const [row] = await warehouse.query<{ starts: string; ends: string }>(
      `SELECT toString(f.starts) AS starts, toString(f.ends) AS ends FROM mart.fortnights AS f FINAL
       WHERE f.listed AND f.starts <= {from:Date32} ORDER BY f.starts DESC LIMIT 1`,
      { from },
    );
    if (row?.starts !== from || row.ends !== to)
      refuse(`one fortnight${row ? `, such as ${row.starts}..${row.ends}` : ''}`);
  }
}
