/** Files of documents whose numbers are fixed, read back by other programs: poppler, another XLSX library, another CSV parser. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { dsvFormat } from 'd3-dsv';
import { readXlsx } from 'hucre/xlsx';
import readXlsxFile from 'read-excel-file/node';
import { afterAll, expect, test } from 'vitest';
import { renderCsv } from '../../reports/documents/csv.ts';
import { renderPdf } from '../../reports/documents/pdf.ts';
import type { Part, Report } from '../../reports/documents/report.ts';
import { renderXlsx } from '../../reports/documents/xlsx.ts';
import { dataXlsx } from '../../warehouse/exports/data_xlsx.ts';
import { fixedReport, fixedStamp, hostileNames, longReport } from '../support/fixed_report.ts';
import { LONG } from '../support/long.ts';

const ROWS = LONG ? 30_000 : 2_000;
const signal = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'lumbung-documents-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const kept = (name: string, bytes: Uint8Array) => {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
};
const poppler = (program: string, ...args: string[]) =>
  execFileSync(program, args, { encoding: 'utf8', maxBuffer: 256 * 1024 ** 2, stdio: ['ignore', 'pipe', 'ignore'] });
/** The text of each page. */
const pagesOf = (file: string) => poppler('pdftotext', '-layout', file, '-').split('\f').slice(0, -1);
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** Every sheet by its name, in their order, as rows of values. */
const sheetsOf = async (bytes: Uint8Array) =>
  Object.fromEntries((await readXlsxFile(Buffer.from(bytes))).map(({ sheet, data }) => [sheet, data]));
const csvOf = (report: Report, dialect: 'csv' | 'csv-id') => buffer(renderCsv(report, fixedStamp, dialect));

test('PDF: the text is that of the golden file, and the same report and stamp give the same bytes', async () => {
  const pdf = await renderPdf(fixedReport, fixedStamp, signal);
  const text = poppler('pdftotext', '-raw', kept('fixed.pdf', pdf), '-');
  await expect(text).toMatchFileSnapshot('../golden/documents/fortnight-funds.txt');
  expect(hash(await renderPdf(fixedReport, { ...fixedStamp }, signal))).toBe(hash(pdf));
  const confirmed = { state: 'Disahkan', revision: 2, number: 'LB/2026/0007', sha256: 'ab'.repeat(32) };
  const verifyUrl = 'https://lumbung.example/verify/0a1b2c';
  const stamped = pagesOf(kept('stamped.pdf', await renderPdf(fixedReport, { ...confirmed, verifyUrl }, signal)));
  for (const words of ['Disahkan', 'Revisi 2', 'LB/2026/0007', 'ab'.repeat(8), verifyUrl])
    expect(stamped[0]).toContain(words);
});

test('PDF: tagged for those who listen (PDF/UA-1), its fonts in it, pictures told in words', async () => {
  const file = kept('tagged.pdf', await renderPdf(fixedReport, fixedStamp, signal));
  expect(poppler('pdfinfo', '-meta', file)).toMatch(/pdfuaid:part>1</);
  expect(poppler('pdfinfo', file)).toMatch(/Tagged: +yes/);
  const structure = poppler('pdfinfo', '-struct', file);
  for (const element of ['H1', 'H2', 'Table', 'TH', 'TD', 'Figure'])
    expect(structure).toMatch(new RegExp(`^ *${element}\\b`, 'm'));
  const fonts = poppler('pdffonts', file).trim().split('\n').slice(2);
  expect(fonts.length).toBe(3);
  for (const font of fonts) expect(font).toMatch(/^\w{6}\+Inter-\w+ .* yes yes yes /);
  const raw = readFileSync(file, 'latin1');
  expect(raw).toContain('/Lang (id-ID)');
  expect(raw).toContain('/Alt ');
});

test('PDF: headings are never left alone at the foot of a page, heads of tables are on every page of theirs', async () => {
  const [, , , kitchens] = fixedReport.parts;
  const many = Array.from(
    { length: 40 },
    (_, at): Part => ({ ...(kitchens as Part), title: { id: `Bagian ${at}`, en: '' } }),
  );
  const pages = pagesOf(kept('headings.pdf', await renderPdf({ ...fixedReport, parts: many }, fixedStamp, signal)));
  expect(pages.length).toBeGreaterThan(5);
  for (const page of pages) {
    const lines = page.split('\n').filter((line) => line.trim() !== '');
    expect(lines.at(-1)).toMatch(/Halaman \d+ dari \d+/);
    expect(lines.at(-2)).not.toMatch(/Bagian \d+|Kode +Nama/);
  }
  const long = pagesOf(kept('heads.pdf', await renderPdf(longReport(400), fixedStamp, signal)));
  expect(long.length).toBeGreaterThan(4);
  for (const page of long.filter((text) => /K0\d{5}/.test(text))) expect(page).toMatch(/Kode +Nama SPPG/);
});

test(`a list of ${ROWS} rows is whole in every format`, { timeout: 300_000 }, async () => {
  const report = longReport(ROWS);
  const codes = Array.from({ length: ROWS }, (_, at) => `K${String(at).padStart(6, '0')}`);
  const sum = Array.from({ length: ROWS }, (_, at) => at % 13).reduce((a, b) => a + b, 0);
  for (const dialect of ['csv', 'csv-id'] as const) {
    const text = (await csvOf(report, dialect)).toString('utf8');
    const rows = dsvFormat(dialect === 'csv' ? ',' : ';')
      .parseRows(text)
      .filter((row) => /^K\d{6}$/.test(row[3] ?? ''));
    expect(rows.map((row) => row[3])).toEqual(codes);
    expect(rows.reduce((total, row) => total + Number(row[6]), 0)).toBe(sum);
  }
  const sheet = Object.values(await sheetsOf(await renderXlsx(report, fixedStamp)))[1] ?? [];
  expect(sheet.slice(1, -1).map((row) => row[0])).toEqual(codes);
  expect(sheet.at(-1)?.[3]).toBe(sum);
  // Set in two columns: what a row costs the typesetter is its cells, and whether rows are cut does not hang on them.
  const narrow = longReport(ROWS, ['code', 'whole']);
  const pages = pagesOf(kept('long.pdf', await renderPdf(narrow, fixedStamp, signal)));
  expect(pages.flatMap((page) => page.match(/K\d{6}/g) ?? [])).toEqual(codes);
  expect(pages.join('')).toContain(sum.toLocaleString('id-ID'));
  for (const page of pages.filter((text) => /K\d{6}/.test(text))) expect(page).toMatch(/Kode +Hari lengkap/);
});

test('XLSX: numbers, shares, rupiah and dates are what they are, names are text, headings stay in sight', async () => {
  const bytes = Buffer.from(await renderXlsx(fixedReport, fixedStamp));
  kept('fixed.xlsx', bytes);
  const sheets = await sheetsOf(bytes);
  expect(Object.keys(sheets)).toEqual(['Dokumen', 'Saldo', 'Penggunaan dana', 'Ketepatan waktu', 'SPPG', 'Definisi']);
  expect(sheets['Penggunaan dana']).toEqual([
    ['Uraian', 'Direncanakan', 'Realisasi', 'Sisa', 'Serapan'],
    ['Bahan Baku', 420_000_000, 401_250_000.25, 18_749_999.75, 0.955357],
    ['Operasional', 126_000_000, 130_000_000, -4_000_000, 130 / 126],
    ['Sewa/Insentif', null, null, null, null],
    ['Jumlah', 546_000_000, 531_250_000.25, 14_749_999.75, null],
  ]);
  const kitchens = (sheets.SPPG ?? []).slice(1, -1);
  expect(kitchens.map((row) => row[1])).toEqual(hostileNames);
  expect(kitchens.map((row) => row[2])).toEqual(hostileNames.map((_, at) => new Date(Date.UTC(2026, 2, at + 2))));
  expect((sheets.Saldo ?? []).slice(1).map((row) => row[1])).toEqual([
    ...[12_500_000.5, 48_120, 48_130, 48_120 / 48_130, null, new Date(Date.UTC(2026, 2, 2)), -250_000],
  ]);
  const workbook = await readXlsx(bytes, { readStyles: true });
  for (const { freezePane } of workbook.sheets) expect(freezePane).toMatchObject({ rows: 1 });
  const formatOf = (sheet: number, cell: string) => workbook.sheets[sheet]?.cells?.get(cell)?.style?.numFmt;
  expect(['1,1', '2,1', '4,1', '6,1'].map((cell) => formatOf(1, cell))).toEqual([
    '"Rp" #,##0.00',
    '#,##0',
    '0.0%',
    'yyyy-mm-dd',
  ]);
  expect(['1,1', '1,4', '4,1'].map((cell) => formatOf(2, cell))).toEqual(['"Rp" #,##0.00', '0.0%', '"Rp" #,##0.00']);
  expect(hash(await renderXlsx(fixedReport, { ...fixedStamp }))).toBe(hash(bytes));
});

// LibreOffice is half a gigabyte: it opens the files where it is there, and CI does not install it.
const office = spawnSync('soffice', ['--version'], { stdio: 'ignore' }).status === 0;
test.skipIf(!office)('XLSX: LibreOffice opens it, as numbers and dates', () => {
  const file = kept('office.xlsx', readFileSync(join(folder, 'fixed.xlsx')));
  const everySheet = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1';
  const profile = `-env:UserInstallation=file://${folder}/profile`;
  execFileSync('soffice', [profile, '--headless', '--convert-to', everySheet, '--outdir', folder, file], {
    stdio: 'ignore',
  });
  const funds = dsvFormat(',').parseRows(readFileSync(join(folder, 'office-Penggunaan dana.csv'), 'utf8'));
  expect(funds[1]?.slice(0, 3).map((cell) => Number(cell) || cell)).toEqual([
    'Bahan Baku',
    420_000_000,
    401_250_000.25,
  ]);
});

test('XLSX: what is longer than a sheet goes on in the next, under the same headings', async () => {
  const title = 'Kelengkapan lembar per SPPG';
  expect(Object.keys(await sheetsOf(await renderXlsx(longReport(25), fixedStamp, 40)))).toEqual(['Dokumen', title]);
  const { Dokumen: _head, ...split } = await sheetsOf(await renderXlsx(longReport(85), fixedStamp, 40));
  expect(Object.entries(split).map(([name, rows]) => [name, rows.length, rows[0]?.[0]])).toEqual([
    [title, 40, 'Kode'],
    [`${title} 2`, 40, 'Kode'],
    [`${title} 3`, 9, 'Kode'],
  ]);
  const lines = Readable.from([
    Buffer.from('["a","2026-03-01",1.5]\n["b","2026-03-02",'),
    Buffer.from('null]\n["=c","2026-03-03",3]'),
  ]);
  const columns = (['text', 'date', 'number'] as const).map((kind) => ({ id: kind, name: kind, kind }));
  const data = await buffer(dataXlsx('Data', columns, lines, 3));
  const held = Object.entries(await sheetsOf(data));
  expect(held.map(([name]) => name)).toEqual(['Data', 'Data_2']);
  expect(
    held.map(([, rows]) =>
      rows.slice(1).map(([text, date, number]) => [text, (date as unknown as Date).getUTCDate(), number]),
    ),
  ).toEqual([
    [
      ['a', 1, 1.5],
      ['b', 2, null],
    ],
    [['=c', 3, 3]],
  ]);
});

test('CSV: both dialects say the same, and no name is a formula', async () => {
  const machine = dsvFormat(',').parse((await csvOf(fixedReport, 'csv')).toString('utf8'));
  const text = (await csvOf(fixedReport, 'csv-id')).toString('utf8');
  expect(text.startsWith('\ufeff"') || text.startsWith('\ufeffBagian;')).toBe(true);
  const rows = dsvFormat(';').parseRows(text.slice(1));
  expect(rows.length - 1).toBe(machine.length);
  const numbers = (cells: readonly string[]) =>
    cells.filter((cell) => /^-?\d+([.,]\d+)?$/.test(cell)).map((cell) => Number(cell.replace(',', '.')));
  for (const [at, row] of machine.entries()) expect(numbers(rows[at + 1] ?? [])).toEqual(numbers(Object.values(row)));
  const food = machine.find((row) => row.part === 'funds');
  expect(food).toMatchObject({ row: 'Bahan Baku', planned: '420000000', realised: '401250000.25', share: '0.955357' });
  expect(text).toContain(';401250000,25;');
  const told = machine.filter((row) => row.part === 'kitchens').map((row) => row.name);
  expect(told.map((name) => name?.replace(/^'/, ''))).toEqual(hostileNames);
  for (const cell of [...machine.flatMap((row) => Object.values(row)), ...rows.flat()])
    if (!/^-?\d/.test(cell)) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
});

test('a document that needs more memory or time than it may have fails alone, and says what to do', async () => {
  const short = renderPdf(fixedReport, fixedStamp, signal, { addressesKib: 400_000 });
  await expect(short).rejects.toMatchObject({ kind: 'bad_input', message: expect.stringContaining('memory') });
  const late = renderPdf(fixedReport, fixedStamp, signal, { withinMs: 1 });
  await expect(late).rejects.toMatchObject({ kind: 'bad_input', message: expect.stringContaining('longer') });
});
