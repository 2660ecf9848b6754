/**
 * Definitions the rollups are computed by: the KPI measures, the facts and the service calendar.
 * Invariant: cells computed by other definitions than these are computed again, without anyone asking.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { LumbungError } from '../platform/errors.ts';
import type { Warehouse } from './client.ts';
import { measures } from './kpis/registry.ts';
import { holidays as national } from './reference/holidays.ts';
import { facts } from './rollups/facts.ts';
import { markEverything } from './rollups/refresh.ts';

type Holiday = { date: string; name: string };
const line = z.tuple([z.iso.date(), z.string().trim().min(1)]);

/** Holidays of a CSV file (`date,name` a line, a heading allowed), or the national ones. `config` for a line that is neither. */
export function readHolidays(file: string | undefined): readonly Holiday[] {
  if (file === undefined) return national;
  const lines = readFileSync(file, 'utf8').split(/\r?\n/);
  return lines.flatMap((text, index) => {
    if (text.trim() === '' || (index === 0 && text.startsWith('date'))) return [];
    const comma = text.indexOf(',');
    const parsed = line.safeParse([text.slice(0, comma).trim(), text.slice(comma + 1)]);
    if (parsed.success) return [{ date: parsed.data[0], name: parsed.data[1] }];
    throw new LumbungError('config', `HOLIDAYS_FILE: line ${index + 1} of ${file} is not "YYYY-MM-DD,name": ${text}`);
  });
}

/** Writes the calendar into mart.holidays and, when definitions differ from those of the cells, asks for all cells again. */
export async function applyDefinitions(warehouse: Warehouse, holidaysFile?: string): Promise<void> {
  const holidays = readHolidays(holidaysFile);
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([measures, facts, holidays]))
    .digest('hex');
  const [known] = await warehouse.query<{ fingerprint: string; rolled: number }>(
    `SELECT (SELECT argMax(fingerprint, changed_at) FROM ops.definitions) AS fingerprint,
       (SELECT count() FROM ops.rollups) AS rolled`,
  );
  if (known?.fingerprint === fingerprint) return;
  await warehouse.command(
    'INSERT INTO mart.holidays (day, name, listed) SELECT day, name, false FROM mart.holidays FINAL WHERE listed',
  );
  await warehouse.insertRows(
    'mart.holidays',
    holidays.map(({ date, name }) => ({ day: date, name, listed: true })),
  );
  if ((known?.rolled ?? 0) > 0) await markEverything(warehouse, 'definitions changed');
  await warehouse.insertRows('ops.definitions', [{ fingerprint }]);
}
