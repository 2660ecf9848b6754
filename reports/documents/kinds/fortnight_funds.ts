/**
 * The fortnightly use of funds: the ministry's three rows, planned, realised and left; what was carried over; service days;
 * portions by group of beneficiaries. The next tranche is paid on it.
 * Invariant: what is left at the end is what was left before, plus what came in, less what was used.
 */
import { addDays } from '../../../warehouse/days.ts';
import { documentOf } from '../../../warehouse/exports/documents.ts';
import { serviceDays } from '../../../warehouse/queries/service_days.ts';
import { rangeValues } from '../../../warehouse/queries/values.ts';
import { portionsByGroup, portionsBySize } from '../portions.ts';
import { below, factOf, figures, type Reading, startReading, sumUntil, unitsTable, valueIn } from '../read.ts';
import type { Cell, FactsPart, ReportKind, TablePart } from '../report.ts';

const ROWS = [
  { split: 'food', name: 'Bahan Baku' },
  { split: 'operations', name: 'Operasional' },
  { split: 'rent_incentives', name: 'Sewa/Insentif' },
] as const;

export const fortnightFunds: ReportKind = {
  ...documentOf('fortnight-funds'),
  async read(warehouse, of, signal) {
    const reading = await startReading(warehouse, 'fortnight-funds', of, signal);
    const level = below(of.scope);
    const parts = [
      await balance(reading),
      await threeRows(reading),
      await service(reading),
      await portionsByGroup(reading),
      await portionsBySize(reading),
      level &&
        (await unitsTable(reading, {
          id: 'units',
          title: { id: 'Penggunaan dana per unit', en: 'Use of funds by unit' },
          level,
          kpis: ['funds_planned', 'funds_received', 'funds_used', 'portions_delivered'],
          derived: [
            {
              ...{ id: 'left', name: { id: 'Sisa dari rencana', en: 'Left of the plan' }, kind: 'rupiah', total: true },
              value: (figure) => minus(figure('funds_planned'), figure('funds_used')),
            },
          ],
        })),
    ];
    signal.throwIfAborted();
    return reading.report(parts, ['service_days']);
  },
};

const minus = (a: number | null, b: number | null): number | null => (a === null ? null : a - (b ?? 0));

async function balance(reading: Reading): Promise<FactsPart | undefined> {
  const [received, used] = reading.seen(['funds_received', 'funds_used']);
  if (received === undefined || used === undefined) return undefined;
  const before = addDays(reading.of.from, -1);
  const [cameBefore, wentBefore, sums] = await Promise.all([
    sumUntil(reading, received, before),
    sumUntil(reading, used, before),
    figures(reading),
  ]);
  const known = cameBefore !== null || wentBefore !== null;
  const opening = known ? (cameBefore ?? 0) - (wentBefore ?? 0) : null;
  const [came, went] = [valueIn(received, sums), valueIn(used, sums)];
  const closing =
    opening === null && came === null && went === null ? null : (opening ?? 0) + (came ?? 0) - (went ?? 0);
  return {
    kind: 'facts',
    id: 'balance',
    title: { id: 'Saldo', en: 'Balance' },
    facts: [
      {
        name: { id: 'Saldo awal (sisa periode lalu)', en: 'Carried over from before' },
        kind: 'rupiah',
        value: opening,
      },
      factOf(received, came),
      factOf(used, went),
      {
        name: { id: 'Saldo akhir (dibawa ke periode berikut)', en: 'Carried over to the next' },
        kind: 'rupiah',
        value: closing,
      },
    ],
  };
}

async function threeRows(reading: Reading): Promise<TablePart | undefined> {
  const [planned, used] = reading.seen(['funds_planned', 'funds_used']);
  if (planned === undefined || used === undefined) return undefined;
  const [plan, real] = await Promise.all(
    [planned, used].map((kpi) => rangeValues(reading.warehouse, kpi, reading.of.scope, reading.range)),
  );
  const of = (values: typeof plan, split: string) => values?.find((row) => row.split === split)?.num ?? null;
  return {
    ...{ kind: 'table', id: 'funds', title: { id: 'Penggunaan dana', en: 'Use of funds' }, keyColumns: 1 },
    columns: [
      { id: 'row', name: { id: 'Uraian', en: 'Row' }, kind: 'text' },
      { id: 'planned', name: { id: 'Direncanakan', en: 'Planned' }, kind: 'rupiah', kpi: 'funds_planned', total: true },
      { id: 'realised', name: { id: 'Realisasi', en: 'Realised' }, kind: 'rupiah', kpi: 'funds_used', total: true },
      { id: 'balance', name: { id: 'Sisa', en: 'Balance' }, kind: 'rupiah', total: true },
      { id: 'share', name: { id: 'Serapan', en: 'Absorbed' }, kind: 'percent' },
    ],
    rows: ROWS.map(({ split, name }): Cell[] => {
      const [ours, theirs] = [of(plan, split), of(real, split)];
      const share = ours === null || ours === 0 ? null : (theirs ?? 0) / ours;
      return [name, ours, theirs, minus(ours, theirs), share];
    }),
  };
}

async function service(reading: Reading): Promise<FactsPart> {
  const { planned, served, extra } = await serviceDays(reading.warehouse, reading.of.scope, reading.range);
  const none = planned === 0 && served === 0 && extra === 0;
  const fact = (id: string, en: string, value: number) =>
    ({ name: { id, en }, kind: 'count', value: none ? null : value, kpi: 'service_days' }) as const;
  return {
    kind: 'facts',
    id: 'service-days',
    title: { id: 'Hari layanan', en: 'Service days' },
    facts: [
      fact('Hari layanan direncanakan (dapur × hari)', 'Planned service days (kitchens × days)', planned),
      fact('Di antaranya terlaksana', 'Of them served', served),
      fact('Pelayanan di luar rencana', 'Served beyond the plan', extra),
      {
        name: { id: 'Pelaksanaan', en: 'Share served' },
        kind: 'percent',
        value: planned === 0 ? null : served / planned,
        kpi: 'service_days',
      },
    ],
  };
}
