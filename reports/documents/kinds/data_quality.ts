/** How far the numbers can be relied upon: sheets due, late and missing by kitchen, impossible data, reports that are late. */
import { documentOf } from '../../../warehouse/exports/documents.ts';
import type { Owner } from '../../../warehouse/kpis/kpi.ts';
import { undatedRows } from '../../../warehouse/queries/findings.ts';
import { paymentRisks } from '../../../warehouse/queries/payment_risks.ts';
import { timeliness } from '../../../warehouse/queries/timeliness.ts';
import { findingsByKitchen, findingsByRule } from '../findings.ts';
import { ALL, kitchenColumns, kitchensOf, missingSheets, sheetNames, sheets } from '../missing.ts';
import { type Reading, startReading } from '../read.ts';
import type { Cell, FactsPart, ReportKind, TablePart } from '../report.ts';

export const dataQuality: ReportKind = {
  ...documentOf('data-quality'),
  async read(warehouse, of, signal) {
    const reading = await startReading(warehouse, 'data-quality', of, signal);
    const parts = [
      whole(reading),
      await onTime(reading),
      await missingSheets(reading, { complete: true }),
      await findingsByRule(reading),
      await findingsByKitchen(reading),
      await lateReports(reading),
      await undated(reading),
    ];
    signal.throwIfAborted();
    return reading.report(parts);
  },
};

function whole(reading: Reading): FactsPart {
  const { due, present } = reading.report([]).completeness;
  return {
    ...{ kind: 'facts', id: 'completeness', title: { id: 'Kelengkapan', en: 'Completeness' } },
    facts: [
      { name: { id: 'Hari layanan wajib lapor (SPPG × hari)', en: 'Service days due' }, kind: 'count', value: due },
      { name: { id: 'Di antaranya lengkap', en: 'Of them complete' }, kind: 'count', value: present },
      {
        ...{ name: { id: 'Kelengkapan', en: 'Completeness' }, kind: 'percent' },
        value: due === 0 ? null : present / due,
      },
    ],
  };
}

async function onTime({ warehouse, of, range }: Reading): Promise<TablePart> {
  const { totals } = await timeliness(warehouse, of.scope, range, 1);
  return {
    ...{ kind: 'table', id: 'timeliness', keyColumns: 1 },
    title: { id: 'Ketepatan lembar harian', en: 'Daily sheets on time' },
    columns: [
      { id: 'sheet', name: { id: 'Lembar', en: 'Sheet' }, kind: 'text' },
      { id: 'on_time', name: { id: 'Tepat waktu', en: 'On time' }, kind: 'count' },
      { id: 'late', name: { id: 'Terlambat', en: 'Late' }, kind: 'count' },
      { id: 'missing', name: { id: 'Belum ada', en: 'Missing' }, kind: 'count' },
      { id: 'days_late', name: { id: 'Rata-rata terlambat (hari)', en: 'Mean days late' }, kind: 'number' },
    ],
    rows: sheets.map((sheet): Cell[] => {
      const { onTime: inTime, late, missing, meanDaysLate } = totals.sheets[sheet];
      return [sheetNames[sheet].id, inTime, late, missing, meanDaysLate];
    }),
  };
}

/** What has become of a report that was not submitted, in words: the states of the source, and MISSING where there is none. */
const REPORT_STATES: Readonly<Record<string, string>> = {
  MISSING: 'belum dibuat',
  DRAFT: 'draf, belum dikirim',
  REJECTED: 'ditolak, belum dikirim lagi',
};

async function lateReports(reading: Reading): Promise<TablePart> {
  const [names, { items }] = await Promise.all([
    kitchensOf(reading),
    paymentRisks(reading.warehouse, reading.of.scope, reading.range.to, ALL),
  ]);
  return {
    ...{ kind: 'table', id: 'reports', keyColumns: kitchenColumns.length + 1 },
    title: { id: 'Laporan dua mingguan yang belum dikirim', en: 'Fortnightly reports not submitted' },
    columns: [
      ...kitchenColumns,
      { id: 'period', name: { id: 'Periode', en: 'Period' }, kind: 'text' },
      { id: 'due', name: { id: 'Batas', en: 'Due' }, kind: 'date' },
      { id: 'days_left', name: { id: 'Sisa hari', en: 'Days left' }, kind: 'count' },
      { id: 'state', name: { id: 'Keadaan', en: 'State' }, kind: 'text' },
    ],
    rows: items.map(({ scope, name, period, due, daysLeft, status }): Cell[] => {
      const unit = names.get(scope);
      const state = REPORT_STATES[status] ?? status;
      return [unit?.code ?? scope, unit?.name ?? name, unit?.regency ?? null, period, due, daysLeft, state];
    }),
  };
}

/** The field of work a table belongs to. */
const OWNERS: Readonly<Record<string, Owner>> = { program_monitoring: 'quality' };

async function undated({ warehouse, of }: Reading): Promise<TablePart> {
  const owners = new Set(of.kpis.map(({ owner }) => owner));
  const rows = (await undatedRows(warehouse, of.scope)).filter(({ table }) => owners.has(OWNERS[table] ?? 'finance'));
  return {
    ...{ kind: 'table', id: 'undated', keyColumns: 3 },
    title: { id: 'Baris tanpa periode yang dapat dibaca', en: 'Rows whose period cannot be read' },
    columns: [
      { id: 'source_table', name: { id: 'Tabel', en: 'Table' }, kind: 'text' },
      { id: 'source_column', name: { id: 'Kolom', en: 'Column' }, kind: 'text' },
      { id: 'text', name: { id: 'Isi', en: 'Content' }, kind: 'text' },
      { id: 'rows', name: { id: 'Baris', en: 'Rows' }, kind: 'count', total: true },
    ],
    rows: rows.map(({ table, column, text, rows: count }): Cell[] => [table, column, text, count]),
  };
}
