/** Portions by who ate them: by type of school, and by size as receipts tell it. */
import { rangeValues } from '../../warehouse/queries/values.ts';
import type { Reading } from './read.ts';
import type { Cell, TablePart } from './report.ts';

const sizes: Readonly<Record<string, string>> = { small: 'Porsi kecil', large: 'Porsi besar' };
const known = (split: string) => (split === 'UNKNOWN' ? 'Tidak diketahui' : split);

export async function portionsByGroup(reading: Reading): Promise<TablePart | undefined> {
  const kpis = reading.seen(['portions_target', 'portions_delivered']);
  if (kpis.length < 2) return undefined;
  const [target = [], delivered = []] = await Promise.all(
    kpis.map((kpi) => rangeValues(reading.warehouse, kpi, reading.of.scope, reading.range)),
  );
  const groups = [...new Set([...target, ...delivered].map(({ split }) => split))]
    .filter((split) => split !== '')
    .sort();
  return {
    ...{ kind: 'table', id: 'groups', keyColumns: 1 },
    title: { id: 'Porsi per kelompok penerima', en: 'Portions by group of beneficiaries' },
    columns: [
      { id: 'group', name: { id: 'Kelompok', en: 'Group' }, kind: 'text' },
      {
        id: 'target',
        name: { id: 'Sasaran porsi', en: 'Target portions' },
        kind: 'count',
        kpi: 'portions_target',
        total: true,
      },
      {
        id: 'delivered',
        name: { id: 'Porsi tersalur', en: 'Delivered portions' },
        kind: 'count',
        kpi: 'portions_delivered',
        total: true,
      },
      { id: 'fulfilment', name: { id: 'Pemenuhan', en: 'Fulfilment' }, kind: 'percent', kpi: 'delivery_fulfilment' },
    ],
    rows: groups.map((group): Cell[] => {
      const [wanted, came] = [target, delivered].map((rows) => rows.find(({ split }) => split === group)?.num ?? null);
      return [known(group), wanted ?? null, came ?? null, wanted ? (came ?? 0) / wanted : null];
    }),
  };
}

export async function portionsBySize(reading: Reading): Promise<TablePart | undefined> {
  const [received] = reading.seen(['portions_received']);
  if (received === undefined) return undefined;
  const rows = await rangeValues(reading.warehouse, received, reading.of.scope, reading.range);
  return {
    ...{ kind: 'table', id: 'sizes', keyColumns: 1 },
    title: { id: 'Porsi diterima menurut ukuran', en: 'Portions received by size' },
    columns: [
      { id: 'size', name: { id: 'Ukuran', en: 'Size' }, kind: 'text' },
      { id: 'received', name: received.name, kind: 'count', kpi: received.id, total: true },
    ],
    rows: rows.flatMap(({ split, num }): Cell[][] => (split === '' ? [] : [[sizes[split] ?? split, num]])),
  };
}
