/**
 * Rows of a SELECT as a workbook that is written while they arrive. Excel's limit of rows opens another sheet, under the same
 * headings.
 */
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { type CellValue, writeXlsxStream } from 'hucre/xlsx';
import type { DataColumn } from './catalogue.ts';

/** Rows of a sheet in Excel, its heading among them. */
export const SHEET_ROWS = 1_048_576;
const LONGEST = 32_767;
const [TEXT_WIDTH, NUMBER_WIDTH] = [28, 14];

/** Text as a workbook may hold it: XML has no place for control characters and halves of pairs, Excel none for very long text. */
export const sheetText = (text: string): string =>
  text.replace(/[^\P{Cc}\t\n\r]|\p{Cs}|\p{Noncharacter_Code_Point}/gu, '\ufffd').slice(0, LONGEST);

/** A title without the characters that Excel forbids in the name of a sheet. */
export const sheetTitle = (title: string): string => title.replace(/[\\/?*[\]:']/g, ' ').trim();
/** Of 31 characters some are for the numbers of further sheets. */
const TITLE_LENGTH = 26;

/** `lines` are JSON arrays, one a row (JSONCompactEachRow). */
export function dataXlsx(
  name: string,
  columns: readonly DataColumn[],
  lines: Readable,
  sheetRows = SHEET_ROWS,
): Readable {
  const stream = writeXlsxStream(rowsOf(lines, columns), {
    name: sheetTitle(name).slice(0, TITLE_LENGTH),
    freezePane: { rows: 1 },
    columns: columns.map(({ name: header, kind }) => ({
      ...{ header, width: kind === 'text' ? TEXT_WIDTH : NUMBER_WIDTH },
      ...(kind === 'date' ? { numFmt: 'yyyy-mm-dd' } : {}),
    })),
    maxRowsPerSheet: sheetRows,
  });
  return Readable.fromWeb(stream as ReadableStream<Uint8Array>);
}

async function* rowsOf(bytes: Readable, columns: readonly DataColumn[]): AsyncGenerator<CellValue[]> {
  const decoder = new TextDecoder();
  let rest = '';
  const values = (line: string): CellValue[] =>
    (JSON.parse(line) as (string | number | null)[]).map((value, at) => {
      if (typeof value !== 'string') return value;
      return columns[at]?.kind === 'date' ? new Date(`${value}T00:00:00Z`) : sheetText(value);
    });
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield values(line);
  }
  if (rest !== '') yield values(rest);
}
