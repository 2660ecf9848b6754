/**
 * What stands in the way of the system, or is to be looked at: a code with its facts, and how it is told in each language. `/readyz`
 * tells it in English, the operators' page in the reader's language; programs go by the code.
 * Invariant: every code has a sentence in every language that holds all of its facts; causes are the engines' own words and stay.
 */
export type Condition =
  | {
      code: 'stopping' | 'redis_away' | 'copy_unfinished' | 'not_rolled_up' | 'slot_lost' | 'site_failed' | 'site_held';
    }
  | { code: 'clickhouse_away'; cause: string }
  | { code: 'copying'; tables: string[] }
  | { code: 'copy_asked'; tables: string[] }
  | { code: 'behind'; seconds: number }
  | { code: 'parked'; total: number }
  | { code: 'quarantined' | 'stale'; tables: string[]; cause: string }
  | { code: 'slot_budget'; bytes: number; seconds: number | null };
export type Code = Condition['code'];
type Of<Own extends Code> = Extract<Condition, { code: Own }>;
type Sentences = { readonly [Own in Code]: (condition: Of<Own>) => string };

const english: Sentences = {
  stopping: () => 'this process is stopping',
  redis_away: () => 'Redis does not answer',
  clickhouse_away: ({ cause }) => `ClickHouse: ${cause}`,
  copy_unfinished: () => 'the initial copy has not finished',
  copying: ({ tables }) => `copying ${tables.join(', ')}`,
  copy_asked: ({ tables }) => `a copy was asked for, no capture has taken it up: ${tables.join(', ')}`,
  not_rolled_up: () => 'nothing has been rolled up yet',
  behind: ({ seconds }) => `rollups are ${seconds} s behind the source`,
  parked: ({ total }) => `${total} parked: see "lumbung status", mend the cause, then "lumbung retry"`,
  quarantined: ({ tables, cause }) => `${several(tables, 'is', 'other tables are')} quarantined: ${cause}`,
  stale: ({ tables, cause }) => `${several(tables, 'is', 'other tables are')} stale: ${cause}`,
  slot_lost: () => 'the replication slot is lost',
  site_failed: () => 'the last build of the report site failed: see "lumbung status"',
  site_held: () => 'the report site is held at an earlier release: "lumbung site" ends that',
  slot_budget: ({ bytes, seconds }) =>
    `the replication slot has ${bytes} bytes of its WAL budget left${seconds === null ? '' : ` (about ${seconds} s at the present rate)`}`,
};

const several = ([first, ...others]: readonly string[], one: string, more: string) =>
  others.length === 0 ? `${first} ${one}` : `${first} and ${others.length} ${more}`;

const indonesian: Sentences = {
  stopping: () => 'Proses ini sedang berhenti',
  redis_away: () => 'Redis tidak menjawab',
  clickhouse_away: ({ cause }) => `ClickHouse: ${cause}`,
  copy_unfinished: () => 'Penyalinan pertama belum selesai',
  copying: ({ tables }) => `Sedang disalin: ${tables.join(', ')}`,
  copy_asked: ({ tables }) => `Salinan diminta, belum diambil oleh capture: ${tables.join(', ')}`,
  not_rolled_up: () => 'Belum ada yang dirangkum',
  behind: ({ seconds }) => `Rangkuman tertinggal ${seconds} detik dari sumber`,
  parked: ({ total }) => `${total} baris disisihkan: lihat "lumbung status", perbaiki sebabnya, lalu "lumbung retry"`,
  quarantined: ({ tables, cause }) => `Tabel ${together(tables)} dikesampingkan: ${cause}`,
  stale: ({ tables, cause }) => `Tabel ${together(tables)} tidak mengikuti lagi: ${cause}`,
  slot_lost: () => 'Slot replikasi hilang: lihat "lumbung status"',
  site_failed: () => 'Situs laporan gagal dibangun: lihat "lumbung status"',
  site_held: () => 'Situs laporan ditahan di terbitan sebelumnya: "lumbung site" mengakhirinya',
  slot_budget: ({ bytes, seconds }) =>
    `Anggaran WAL slot replikasi tinggal ${bytes} bita${seconds === null ? '' : ` (kira-kira ${seconds} detik pada laju sekarang)`}`,
};

const together = ([first, ...others]: readonly string[]) =>
  others.length === 0 ? first : `${first} dan ${others.length} lainnya`;

const languages: Readonly<Record<'id' | 'en', Sentences>> = { id: indonesian, en: english };

export const CODES = Object.keys(english) as [Code, ...Code[]];

/** In a sentence; undefined of a code that this version does not know. */
export function tellCondition(condition: Condition, language: 'id' | 'en'): string | undefined {
  const tell = languages[language][condition.code] as ((of: Condition) => string) | undefined;
  return tell?.(condition);
}

export const inEnglish = (condition: Condition): string => tellCondition(condition, 'en') ?? condition.code;
