/** Words of the narrative pages that are not an author's: of changes, spans, tables, parts. Indonesian is the first language. */
import type { Language } from '../../../warehouse/kpis/format.ts';

type Words = Readonly<Record<Language, string>>;
const words = {
  table: { id: 'Tabel', en: 'Table' },
  measure: { id: 'Ukuran', en: 'Measure' },
  target: { id: 'Target', en: 'Target' },
  status: { id: 'Status', en: 'Status' },
  change: { id: 'Perubahan 7 hari', en: 'Change, 7 days' },
  day: { id: 'Hari terakhir', en: 'Last day' },
  week: { id: '7 hari', en: '7 days' },
  month: { id: '28 hari', en: '28 days' },
  calendarMonth: { id: 'bulan berjalan', en: 'month so far' },
  missing: { id: 'belum ada data', en: 'no data yet' },
  withheld: { id: 'tidak ditampilkan (< 5 orang)', en: 'not shown (< 5 people)' },
  up: { id: 'naik', en: 'up' },
  down: { id: 'turun', en: 'down' },
  same: { id: 'tidak berubah', en: 'unchanged' },
  provisional: { id: 'sementara', en: 'provisional' },
  final: { id: 'final', en: 'final' },
  share: { id: 'Bagian', en: 'Share' },
  total: { id: 'jumlah', en: 'total' },
} as const satisfies Record<string, Words>;
export type Word = keyof typeof words;
export const say = (word: Word, language: Language): string => words[word][language];

/** Parts of split amounts, as the source names them. */
const parts: Readonly<Record<string, Words>> = {
  TK: { id: 'TK', en: 'Kindergarten' },
  PAUD: { id: 'PAUD', en: 'Early childhood' },
  SD: { id: 'SD', en: 'Primary' },
  SMP: { id: 'SMP', en: 'Lower secondary' },
  SMA: { id: 'SMA', en: 'Upper secondary' },
  SMK: { id: 'SMK', en: 'Vocational' },
  POSYANDU: { id: 'Posyandu', en: 'Mother and child post' },
  LOCAL: { id: 'Pemasok lokal', en: 'Local' },
  REGIONAL: { id: 'Regional', en: 'Regional' },
  NATIONAL: { id: 'Nasional', en: 'National' },
  INTERNATIONAL: { id: 'Internasional', en: 'International' },
  COOPERATIVE: { id: 'Koperasi', en: 'Cooperative' },
  INDIVIDUAL: { id: 'Perorangan', en: 'Individual' },
  UNKNOWN: { id: 'Tidak dicatat', en: 'Not recorded' },
  food: { id: 'Bahan baku', en: 'Food' },
  operations: { id: 'Operasional', en: 'Operations' },
  rent_incentives: { id: 'Sewa dan insentif', en: 'Rent and incentives' },
  small: { id: 'Porsi kecil', en: 'Small portion' },
  large: { id: 'Porsi besar', en: 'Large portion' },
  production: { id: 'Produksi', en: 'Production' },
  quality: { id: 'Mutu', en: 'Quality' },
  distribution: { id: 'Distribusi', en: 'Distribution' },
  schools: { id: 'Sekolah', en: 'Schools' },
  error: { id: 'tidak mungkin benar', en: 'cannot be true' },
  warning: { id: 'hampir tidak mungkin', en: 'hardly possible' },
};

/** A part as people say it; one that has no words of its own, as the source writes it. */
export const partName = (part: string, language: Language): string =>
  parts[part]?.[language] ??
  part
    .replaceAll('_', ' ')
    .toLowerCase()
    .replace(/^./, (first) => first.toUpperCase());
