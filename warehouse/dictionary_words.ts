/**
 * The data dictionary in words: what is told of each entry, in both languages, for every page that shows it. Plain text: who makes
 * a page of it escapes it.
 */
import type { Entry } from './dictionary.ts';
import { formatLimits, formatShort, type Language, units } from './kpis/format.ts';
import type { TargetRow } from './queries/targets.ts';

type Words = Record<Language, string>;

const text = {
  unit: { id: 'Satuan', en: 'Unit' },
  written: { id: 'ditulis', en: 'written' },
  direction: { id: 'Arah', en: 'Direction' },
  target: { id: 'Target', en: 'Target' },
  cap: { id: 'Batas', en: 'Cap' },
  noTarget: { id: 'tanpa target', en: 'no target' },
  since: { id: 'sejak', en: 'since' },
  small: { id: 'porsi kecil', en: 'small portion' },
  large: { id: 'porsi besar', en: 'large portion' },
  period: { id: 'Periode terkecil', en: 'Finest period' },
  together: { id: 'Digabung sebagai', en: 'Added up as' },
  split: { id: 'Dirinci menurut', en: 'Split by' },
  minimum: { id: 'Ditampilkan mulai', en: 'Shown from' },
  observations: { id: 'pengamatan', en: 'observations' },
  owner: { id: 'Penanggung jawab', en: 'Owner' },
  origin: { id: 'Asal definisi', en: 'Defined by' },
  ministry: { id: 'definisi resmi program', en: "the programme's published definitions" },
  ours: { id: 'tambahan Lumbung', en: 'an addition of Lumbung' },
  severity: { id: 'Tingkat', en: 'Severity' },
  formula: { id: 'Rumus', en: 'Formula' },
  lineage: { id: 'Sumber', en: 'Sources' },
  identifier: { id: 'Kode', en: 'Identifier' },
  rules: { id: 'Pemeriksaan data', en: 'Validation rules' },
} satisfies Record<string, Words>;

const directions: Readonly<Record<Entry['direction'], Words>> = {
  up: { id: 'makin tinggi makin baik', en: 'higher is better' },
  down: { id: 'makin rendah makin baik', en: 'lower is better' },
  band: { id: 'di antara kedua batas', en: 'between both limits' },
  none: { id: 'tidak dinilai', en: 'not judged' },
};
const grains: Readonly<Record<Entry['grain'], Words>> = {
  day: { id: 'hari', en: 'day' },
  fortnight: { id: 'dua minggu', en: 'fortnight' },
  month: { id: 'bulan', en: 'month' },
};
const sums: Readonly<Record<Entry['aggregation'], Words>> = {
  sum: { id: 'jumlah', en: 'sum' },
  'ratio of sums': { id: 'jumlah pembilang dibagi jumlah penyebut', en: 'sum of numerators over sum of denominators' },
  'last day of the period': { id: 'keadaan pada hari terakhir periode', en: 'state on the last day of the period' },
};
const splits: Readonly<Record<string, Words>> = {
  schoolType: { id: 'jenis sekolah', en: 'school type' },
  supplierType: { id: 'jenis pemasok', en: 'supplier type' },
  spendingRow: { id: 'baris belanja', en: 'spending row' },
  portionSize: { id: 'ukuran porsi', en: 'portion size' },
};
const owners: Readonly<Record<string, Words>> = {
  production: { id: 'produksi', en: 'production' },
  quality: { id: 'mutu', en: 'quality' },
  nutrition: { id: 'gizi', en: 'nutrition' },
  distribution: { id: 'distribusi', en: 'distribution' },
  finance: { id: 'keuangan', en: 'finance' },
  procurement: { id: 'pengadaan', en: 'procurement' },
  voice: { id: 'layanan penerima', en: 'beneficiary services' },
  staff: { id: 'kepegawaian', en: 'staff' },
};
const severities: Readonly<Record<string, Words>> = {
  error: { id: 'tidak mungkin benar', en: 'cannot be true' },
  warning: { id: 'hampir tidak mungkin', en: 'hardly possible' },
};

/** One thing told of an entry; `code` are formulas, columns, identifiers; `between` stands between its lines. */
export type Fact = { term: string; lines: string[]; code?: true; between?: string };

/** What is told of an entry, in the order in which pages show it. */
export function factsOf(entry: Entry, targets: readonly TargetRow[], language: Language): Fact[] {
  const say = (words: Words | undefined, otherwise = '') => words?.[language] ?? otherwise;
  const { unit, split, minimum, severity, owner, formula, lineage } = entry;
  const limits = (target: Entry['target']) => formatLimits(target, unit, language) ?? text.noTarget[language];
  const caps = entry.caps ?? undefined;
  const limitLines = [
    limits(entry.target),
    ...(caps
      ? (['small', 'large'] as const).map((size) => `${say(text[size])}: ${limits({ low: null, high: caps[size] })}`)
      : []),
    ...targets
      .filter(({ kpi }) => kpi === entry.id)
      .map((row) => `${row.scope}, ${say(text.since)} ${row.since}: ${limits(row)}`),
  ];
  const isCap = entry.target !== null && entry.target.low === null;
  const example = formatShort(units[unit].factor === 1 ? 1234.5 : 0.986, unit, language) ?? '';
  const plain = (term: Words, ...lines: string[]): Fact => ({ term: say(term), lines });
  const code = (term: Words, lines: string[], between?: string): Fact => ({
    ...{ term: say(term), lines, code: true as const },
    ...(between === undefined ? {} : { between }),
  });
  return [
    plain(text.unit, `${say(units[unit].name)}, ${say(text.written)} ${example}`),
    plain(text.direction, say(directions[entry.direction])),
    plain(isCap ? text.cap : text.target, ...limitLines),
    plain(text.period, say(grains[entry.grain])),
    plain(text.together, say(sums[entry.aggregation])),
    ...(split === null ? [] : [plain(text.split, say(splits[split], split))]),
    ...(minimum === null ? [] : [plain(text.minimum, `${minimum} ${say(text.observations)}`)]),
    ...(severity === null ? [] : [plain(text.severity, say(severities[severity]))]),
    plain(text.owner, say(owners[owner], owner)),
    plain(text.origin, say(entry.published ? text.ministry : text.ours)),
    code(text.formula, [formula.numerator, ...(formula.denominator === null ? [] : [formula.denominator])], '÷'),
    code(
      text.lineage,
      lineage.map(({ table, columns }) => `${table}: ${columns.join(', ')}`),
    ),
    code(text.identifier, [entry.id]),
  ];
}

/** Entries by the heading they stand under: sections, and validation rules. */
export function groupsOf(entries: readonly Entry[], language: Language): { name: string; members: Entry[] }[] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const name = entry.kind === 'rule' ? text.rules[language] : entry.section[language];
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  }
  return [...groups].map(([name, members]) => ({ name, members }));
}
