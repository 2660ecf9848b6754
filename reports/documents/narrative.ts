/**
 * Sentences of a document, built from its numbers when it is rendered: words are code, numbers are data.
 * Invariant: a sentence whose number is missing is not said, or says that it is missing; no number is said that a part does not hold.
 */
import { formatShort } from '../../warehouse/kpis/format.ts';
import type { Cell, Report, TablePart } from './report.ts';
import { cellText, factValue, periodText } from './words.ts';

type Sentences = (report: Report) => (string | undefined)[];

const count = (value: number) => cellText(value, 'count');
const share = (value: number) => cellText(value, 'percent');
const money = (value: number) => formatShort(value, 'idr') ?? '';

function table(report: Report, id: string): TablePart | undefined {
  return report.parts.find((part) => part.kind === 'table' && part.id === id) as TablePart | undefined;
}

function cell(part: TablePart, row: readonly Cell[], column: string): Cell {
  return row[part.columns.findIndex(({ id }) => id === column)] ?? null;
}

/** Said where both numbers are there. */
function both(a: number | null, b: number | null, say: (a: number, b: number) => string): string | undefined {
  return a === null || b === null ? undefined : say(a, b);
}
const one = (a: number | null, say: (a: number) => string) => (a === null ? undefined : say(a));

const delivered: Sentences = (report) => [
  both(factValue(report, 'portions_delivered'), factValue(report, 'portions_target'), (came, wanted) =>
    wanted === 0
      ? `Tersalur ${count(came)} porsi.`
      : `Tersalur ${count(came)} dari sasaran ${count(wanted)} porsi (${share(came / wanted)}).`,
  ) ?? 'Porsi tersalur belum ada datanya.',
];

const safe: Sentences = (report) => [
  one(
    factValue(report, 'holding_time_4h'),
    (value) => `${share(value)} pengiriman tiba paling lama 4 jam setelah masak.`,
  ),
  one(factValue(report, 'open_critical_findings'), (value) =>
    value === 0 ? 'Tidak ada temuan kritis yang terbuka.' : `${count(value)} temuan kritis masih terbuka.`,
  ),
  one(factValue(report, 'suspected_incidents'), (value) =>
    value === 0 ? 'Tidak ada dugaan insiden.' : `${count(value)} dugaan insiden dilaporkan.`,
  ),
];

const funds: Sentences = (report) => {
  const rows = table(report, 'funds');
  const sum = (column: string) => {
    const known = rows?.rows.flatMap((row) => cell(rows, row, column) ?? []).map(Number) ?? [];
    return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
  };
  const [planned, used] = [sum('planned'), sum('realised')];
  const balance = report.parts.find((part) => part.kind === 'facts' && part.id === 'balance');
  const closing = balance?.kind === 'facts' ? balance.facts.at(-1)?.value : null;
  const over =
    rows?.rows.filter((row) => Number(cell(rows, row, 'balance') ?? 0) < 0).map((row) => String(row[0])) ?? [];
  return [
    both(planned, used, (plan, real) =>
      plan === 0
        ? `Dana dipakai ${money(real)}, tanpa rencana.`
        : `Dari ${money(plan)} yang direncanakan, ${money(real)} dipakai (${share(real / plan)}); sisanya ${money(plan - real)}.`,
    ) ?? 'Penggunaan dana belum ada datanya.',
    over.length === 0 ? undefined : `Melebihi rencana: ${over.join(', ')}.`,
    typeof closing === 'number' ? `Saldo yang dibawa ke periode berikut ${money(closing)}.` : undefined,
  ];
};

const ranked: Sentences = (report) => {
  const part = table(report, 'ranking');
  const [first, last] = [part?.rows[0], part?.rows.at(-1)];
  if (!part || !first || !last || part.rows.length < 2) return [];
  const value = (row: readonly Cell[]) => cellText(row.at(-1) ?? null, part.columns.at(-1)?.kind ?? 'number');
  return [`Pemenuhan tertinggi di ${first[0]} (${value(first)}), terendah di ${last[0]} (${value(last)}).`];
};

const quality: Sentences = (report) => {
  const found = table(report, 'findings');
  const total = found?.rows.reduce((sum, row) => sum + Number(cell(found, row, 'findings') ?? 0), 0) ?? 0;
  const late = table(report, 'reports');
  const overdue = late?.rows.filter((row) => Number(cell(late, row, 'days_left')) < 0).length ?? 0;
  return [
    total === 0
      ? 'Tidak ada temuan data.'
      : `${count(total)} temuan data pada ${count(found?.rows.length ?? 0)} aturan.`,
    overdue === 0
      ? 'Tidak ada laporan dua mingguan yang terlambat.'
      : `${count(overdue)} laporan dua mingguan terlambat dan menahan pencairan berikutnya.`,
  ];
};

const attention: Sentences = (report) => {
  const part = table(report, 'kitchens');
  return part
    ? [
        part.rows.length === 0
          ? 'Tidak ada SPPG yang perlu tindakan.'
          : `${count(part.rows.length)} SPPG perlu tindakan.`,
      ]
    : [];
};

const standing: Sentences = (report) => {
  const rows = report.parts.flatMap((part) =>
    part.kind === 'table' && part.id.startsWith('compared-') ? part.rows.map((row) => cell(part, row, 'status')) : [],
  );
  const of = (word: string) => rows.filter((status) => status === word).length;
  const judged = of('sesuai') + of('perhatian') + of('kritis');
  return [
    `Dari ${count(judged)} ukuran yang bertarget, ${count(of('sesuai'))} sesuai, ${count(of('perhatian'))} perlu perhatian, ${count(of('kritis'))} kritis.`,
  ];
};

const own: Readonly<Record<string, readonly Sentences[]>> = {
  'fortnight-funds': [funds],
  'daily-operations': [delivered, safe],
  'monthly-evaluation': [standing],
  'national-summary': [delivered, safe, ranked],
  'safety-report': [safe, attention],
  'data-quality': [quality],
};

export function sentences(report: Report): string[] {
  const { due, present } = report.completeness;
  const all = [
    ...(own[report.report] ?? []).flatMap((say) => say(report)),
    due === 0
      ? `Tidak ada hari layanan yang wajib lapor pada ${periodText(report.from, report.to)}.`
      : `Data lengkap untuk ${count(present)} dari ${count(due)} hari layanan (${share(present / due)}).`,
    report.final ? undefined : 'Angka masih dapat berubah: belum semua lembar yang wajib sudah masuk.',
  ];
  return all.filter((sentence) => sentence !== undefined);
}
