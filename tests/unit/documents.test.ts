/** Documents without an engine: sentences, cells, CSV that runs no formula, text the font can show. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sentences } from '../../reports/documents/narrative.ts';
import { shownText } from '../../reports/documents/pdf/glyphs.ts';
import { layoutOf } from '../../reports/documents/pdf/layout.ts';
import { canonical } from '../../reports/documents/report.ts';
import { cellText, periodText, totalsOf } from '../../reports/documents/words.ts';
import { exportables, findExportable, levelRefused } from '../../warehouse/exports/catalogue.ts';
import { csvText } from '../../warehouse/exports/csv.ts';
import { fileTypes } from '../../warehouse/exports/data_file.ts';
import { sheetText } from '../../warehouse/exports/data_xlsx.ts';
import { fixedReport, fixedStamp, longReport } from '../support/fixed_report.ts';

test('cells: Indonesian, missing is told, nothing not quite all is all', () => {
  expect(cellText(0.99979, 'percent')).toBe('99,9 %');
  expect(cellText(1, 'percent')).toBe('100 %');
  expect(cellText(1_234_567.5, 'rupiah')).toBe('Rp 1.234.567,5');
  expect(cellText(12.345, 'grams')).toBe('12,35 g');
  expect(cellText(0, 'count')).toBe('0');
  expect(cellText(null, 'count')).toBe('belum ada data');
  expect(cellText('2026-03-09', 'date')).toBe('9 Mar 2026');
  expect([
    periodText('2026-03-02', '2026-03-15'),
    periodText('2026-03-30', '2026-04-12'),
    periodText('2026-03-02', '2026-03-02'),
  ]).toEqual(['2–15 Mar 2026', '30 Mar 2026 – 12 Apr 2026', '2 Mar 2026']);
});

test('sentences say what the parts hold, and nothing where there is nothing', () => {
  expect(sentences(fixedReport)).toEqual([
    'Dari Rp 546 jt yang direncanakan, Rp 531,3 jt dipakai (97,3 %); sisanya Rp 14,7 jt.',
    'Melebihi rencana: Operasional.',
    'Saldo yang dibawa ke periode berikut -Rp 250.000.',
    'Data lengkap untuk 21 dari 24 hari layanan (87,5 %).',
    'Angka masih dapat berubah: belum semua lembar yang wajib sudah masuk.',
  ]);
  const empty = { ...fixedReport, parts: [], final: true, completeness: { due: 0, present: 0 } };
  expect(sentences(empty)).toEqual([
    'Penggunaan dana belum ada datanya.',
    'Tidak ada hari layanan yang wajib lapor pada 2–15 Mar 2026.',
  ]);
});

test('what is hashed does not depend on the order of keys or on when it was read, and on every number', () => {
  const { parts, ...rest } = fixedReport;
  const other = { parts, ...rest, asOf: { committedAt: '2027-01-01T00:00:00Z', rolledUpAt: '2027-01-01T00:00:00Z' } };
  expect(canonical(other)).toBe(canonical(fixedReport));
  expect(canonical({ ...fixedReport, completeness: { due: 24, present: 20 } })).not.toBe(canonical(fixedReport));
});

test('totals: only what adds up; a column without a number is missing, not zero', () => {
  const [, funds] = fixedReport.parts;
  if (funds?.kind !== 'table') throw new Error('the funds are a table');
  expect(totalsOf(funds)).toEqual(['Jumlah', 546_000_000, 531_250_000.25, 14_749_999.75, '']);
  const unknown = { ...funds, rows: funds.rows.map((row) => [row[0] ?? null, null, null, null, null]) };
  expect(totalsOf(unknown)).toEqual(['Jumlah', null, null, null, '']);
});

test('no text in CSV is a formula, and none is lost', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const written = csvText(text);
      const read = written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written;
      expect(read).not.toMatch(/^[=+\-@\t\r]/);
      expect([text, `'${text}`]).toContain(read);
      if (!written.startsWith('"')) expect(written).not.toMatch(/[",;\r\n]/);
    }),
  );
});

test('any text can be set and kept in a sheet: what the font or XML lacks is told', () => {
  expect(shownText('Dapur Ñandú ≤ 4 jam — 60 °C ●▲■◇○')).toBe('Dapur Ñandú ≤ 4 jam — 60 °C ●▲■◇○');
  expect(shownText('nasi 🍚\u202e\u0000')).toBe('nasi [U+1F35A][U+202E][U+0000]');
  expect(sheetText('a\u0000b\ud800c\nd')).toBe('a\ufffdb\ufffdc\nd');
});

test('wide tables lie across the page; tables with thousands of rows are set as lists', () => {
  const kinds = (rows: number) => layoutOf(longReport(rows), fixedStamp, []).parts.map(({ kind }) => kind);
  expect([kinds(1_500), kinds(1_501)]).toEqual([['table'], ['list']]);
  const [, funds] = fixedReport.parts;
  if (funds?.kind !== 'table') throw new Error('the funds are a table');
  const wide = {
    ...funds,
    columns: [...funds.columns, ...funds.columns],
    rows: funds.rows.map((row) => [...row, ...row]),
  };
  const across = (part: typeof funds) => layoutOf({ ...fixedReport, parts: [part] }, fixedStamp, []).parts[0];
  expect([across(funds), across(wide)]).toMatchObject([{ landscape: false }, { landscape: true }]);
});

test('every format of every report has a file type, and reports are found by either spelling', () => {
  for (const { id, formats } of exportables) {
    for (const format of formats) expect(fileTypes, `${id} as ${format}`).toHaveProperty(format);
    expect(findExportable(id.replaceAll('-', '_'))?.id).toBe(id);
    expect(findExportable(id.replaceAll('_', '-'))?.id).toBe(id);
  }
  const summary = findExportable('national-summary');
  expect(summary && levelRefused(summary, 'sppg')).toContain('not of sppg');
  expect(summary && levelRefused(summary, 'province')).toBeUndefined();
});
