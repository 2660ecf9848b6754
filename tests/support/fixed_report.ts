/** Reports whose numbers are fixed: golden files hold what comes of them. The names in them try to be markup, formulas and separators. */
import type { Cell, Column, Report, Stamp } from '../../reports/documents/report.ts';

export const hostileNames = [
  '=HYPERLINK("http://jahat.example";"klik")',
  '#import "x": * ; #panic("bobol") $x$ *tebal* _miring_ `kode` <label> @acuan \\ // [isi]',
  '+62 811, "kutip"; titik koma',
  "-1+1|cmd' /C calc'!A0",
  '@SUM(A1:A9)',
  'Dapur Ñandú 🍚 \t tab',
];

const asOf = { committedAt: '2026-03-16T03:04:05.678Z', rolledUpAt: '2026-03-16T03:04:06.001Z' };

export const fixedStamp: Stamp = { state: 'Sementara', revision: 0 };

/** Two weeks of use of funds with everything a part can be; the days 5 and 12 have no value, the last two are provisional. */
export const fixedReport: Report = {
  ...{ report: 'fortnight-funds', scope: 'regency:3273', unit: 'Kota Bandung', from: '2026-03-02', to: '2026-03-15' },
  ...{ asOf, final: false, completeness: { due: 24, present: 21 } },
  parts: [
    {
      ...{ kind: 'facts', id: 'balance', title: { id: 'Saldo', en: 'Balance' } },
      facts: [
        { name: { id: 'Saldo awal', en: 'Opening' }, kind: 'rupiah', value: 12_500_000.5 },
        { name: { id: 'Porsi tersalur', en: 'Delivered' }, kind: 'count', value: 48_120, kpi: 'portions_delivered' },
        { name: { id: 'Sasaran porsi', en: 'Target' }, kind: 'count', value: 48_130, kpi: 'portions_target' },
        {
          name: { id: 'Pemenuhan', en: 'Fulfilment' },
          kind: 'percent',
          value: 48_120 / 48_130,
          kpi: 'delivery_fulfilment',
        },
        { name: { id: 'Limbah per porsi', en: 'Waste' }, kind: 'grams', value: null },
        { name: { id: 'Mulai', en: 'Start' }, kind: 'date', value: '2026-03-02' },
        { name: { id: 'Saldo akhir', en: 'Closing' }, kind: 'rupiah', value: -250_000 },
      ],
    },
    {
      ...{ kind: 'table', id: 'funds', title: { id: 'Penggunaan dana', en: 'Use of funds' }, keyColumns: 1 },
      columns: [
        { id: 'row', name: { id: 'Uraian', en: 'Row' }, kind: 'text' },
        {
          id: 'planned',
          name: { id: 'Direncanakan', en: 'Planned' },
          kind: 'rupiah',
          kpi: 'funds_planned',
          total: true,
        },
        { id: 'realised', name: { id: 'Realisasi', en: 'Realised' }, kind: 'rupiah', kpi: 'funds_used', total: true },
        { id: 'balance', name: { id: 'Sisa', en: 'Balance' }, kind: 'rupiah', total: true },
        { id: 'share', name: { id: 'Serapan', en: 'Absorbed' }, kind: 'percent' },
      ],
      rows: [
        ['Bahan Baku', 420_000_000, 401_250_000.25, 18_749_999.75, 0.955357],
        ['Operasional', 126_000_000, 130_000_000, -4_000_000, 130 / 126],
        ['Sewa/Insentif', null, null, null, null],
      ],
    },
    {
      ...{ kind: 'trend', id: 'trend-on_time_delivery', title: { id: 'Ketepatan waktu', en: 'On time' } },
      ...{ kpi: 'on_time_delivery', target: 0.95 },
      points: Array.from({ length: 14 }, (_, at) => ({
        date: new Date(Date.UTC(2026, 2, 2 + at)).toISOString().slice(0, 10),
        value: at === 4 || at === 11 ? null : 0.9 + ((at * 7) % 10) / 100,
        provisional: at >= 12,
      })),
    },
    {
      ...{ kind: 'table', id: 'kitchens', title: { id: 'SPPG', en: 'Kitchens' }, keyColumns: 2 },
      columns: [
        { id: 'code', name: { id: 'Kode', en: 'Code' }, kind: 'text' },
        { id: 'name', name: { id: 'Nama', en: 'Name' }, kind: 'text' },
        { id: 'date', name: { id: 'Tanggal', en: 'Date' }, kind: 'date' },
        { id: 'portions', name: { id: 'Porsi', en: 'Portions' }, kind: 'count', total: true },
        { id: 'score', name: { id: 'Skor', en: 'Score' }, kind: 'number' },
        { id: 'status', name: { id: 'Keadaan', en: 'Status' }, kind: 'text' },
      ],
      rows: hostileNames.map((name, at): Cell[] => [
        ...[`3273-${String(at + 1).padStart(3, '0')}`, name, `2026-03-0${at + 2}`, 1_000 * (at + 1), 90 + at / 8],
        ...[['sesuai', 'perhatian', 'kritis', 'tanpa target', 'belum ada data', ''][at] ?? ''],
      ]),
    },
  ],
  definitions: ['funds_planned', 'funds_used', 'on_time_delivery', 'portions_delivered'],
};

/** So many kitchens with numbers that add up to something known. */
/** A list of so many rows; of all its columns, or of some. */
export function longReport(rows: number, only?: readonly string[]): Report {
  const columns: Column[] = [
    { id: 'code', name: { id: 'Kode', en: 'Code' }, kind: 'text' },
    { id: 'name', name: { id: 'Nama SPPG', en: 'SPPG' }, kind: 'text' },
    { id: 'due', name: { id: 'Hari wajib', en: 'Days due' }, kind: 'count', total: true },
    { id: 'whole', name: { id: 'Hari lengkap', en: 'Complete days' }, kind: 'count', total: true },
    { id: 'share', name: { id: 'Bagian', en: 'Share' }, kind: 'percent' },
  ];
  const kept = columns.flatMap(({ id }, at) => (only?.includes(id) === false ? [] : [at]));
  const list = Array.from({ length: rows }, (_, at): Cell[] => [
    ...[`K${String(at).padStart(6, '0')}`, `SPPG Contoh ${at}`, 12, at % 13, (at % 13) / 12],
  ]);
  return {
    ...fixedReport,
    ...{ report: 'data-quality', scope: 'national', unit: 'Nasional' },
    parts: [
      {
        ...{ kind: 'table', id: 'missing', title: { id: 'Kelengkapan lembar per SPPG', en: 'Completeness' } },
        keyColumns: kept.filter((at) => at < 2).length,
        columns: kept.map((at) => columns[at] as Column),
        rows: list.map((row) => kept.map((at) => row[at] ?? null)),
      },
    ],
    definitions: [],
  };
}
