/** Kitchens by the daily sheets that are missing: every kitchen that was to serve, or only those with a gap. */
import { completeness, SHEETS, type Sheet } from '../../warehouse/queries/completeness.ts';
import { unitsAt } from '../../warehouse/queries/units_table.ts';
import type { Reading } from './read.ts';
import type { Cell, Column, TablePart, Text } from './report.ts';

/** More kitchens than there will be. */
export const ALL = 1_000_000;

export const sheetNames: Readonly<Record<Sheet, Text>> = {
  production: { id: 'Produksi', en: 'Production' },
  quality: { id: 'Mutu', en: 'Quality' },
  distribution: { id: 'Distribusi', en: 'Distribution' },
  schools: { id: 'Sekolah', en: 'Schools' },
};
export const sheets = Object.keys(SHEETS) as Sheet[];

/** Names of the kitchens of the scope, by scope text. */
export async function kitchensOf({ warehouse, of }: Reading) {
  const units = await unitsAt(warehouse, of.scope, 'sppg');
  return new Map(units.map((unit) => [`sppg:${unit.id}`, unit]));
}

export const kitchenColumns: readonly Column[] = [
  { id: 'code', name: { id: 'Kode', en: 'Code' }, kind: 'text' },
  { id: 'name', name: { id: 'Nama SPPG', en: 'SPPG' }, kind: 'text' },
  { id: 'regency', name: { id: 'Kabupaten/Kota', en: 'Regency or city' }, kind: 'text' },
];

export async function missingSheets(reading: Reading, { complete }: { complete: boolean }): Promise<TablePart> {
  const { warehouse, of, range } = reading;
  const [names, { kitchens }] = await Promise.all([kitchensOf(reading), completeness(warehouse, of.scope, range, ALL)]);
  const gaps = kitchens.filter(({ expected, complete: whole }) => complete || whole < expected);
  return {
    ...{ kind: 'table', id: 'missing', keyColumns: kitchenColumns.length },
    title: complete
      ? { id: 'Kelengkapan lembar per SPPG', en: 'Completeness by kitchen' }
      : { id: 'Lembar yang belum ada', en: 'Sheets that are missing' },
    columns: [
      ...kitchenColumns,
      { id: 'due', name: { id: 'Hari wajib', en: 'Days due' }, kind: 'count', total: true },
      { id: 'whole', name: { id: 'Hari lengkap', en: 'Complete days' }, kind: 'count', total: true },
      ...sheets.map((sheet) => ({
        id: `no_${sheet}`,
        name: {
          id: `Tanpa lembar ${sheetNames[sheet].id.toLowerCase()}`,
          en: `No ${sheetNames[sheet].en.toLowerCase()} sheet`,
        },
        kind: 'count' as const,
        total: true,
      })),
    ],
    rows: gaps.map(({ scope, name, expected, complete: whole, missing }): Cell[] => {
      const unit = names.get(scope);
      return [
        ...[unit?.code ?? scope, unit?.name ?? name, unit?.regency ?? null, expected, whole],
        ...sheets.map((sheet) => missing[sheet]),
      ];
    }),
  };
}
