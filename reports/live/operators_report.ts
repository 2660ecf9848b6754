/**
 * The state of the system as an operator reads it: one sentence, what to look at, and tables. Pure: an answer becomes text.
 * Invariants: what could not be read is said to be unknown, never zero; what is wrong stands first and has a shape and a word.
 */
import { type Condition, tellCondition } from '../../platform/conditions.ts';
import { formatShort, type Language, units } from '../../warehouse/kpis/format.ts';
import { type Status, statuses } from '../design/status.ts';
import { operatorWords } from './operators_words.ts';

type Told = Condition & { text: string };
type Counts = { waiting: number; active: number; delayed: number; failed: number };
/** What of `GET /api/v1/operations` is shown; null is what could not be read. */
export type Operations = {
  ready: boolean;
  reasons: Told[];
  warnings: Told[];
  asOf: { lagMs: number | null } | null;
  engines: { engine: string; up: boolean | null }[];
  source: { keptBytes: number | null; budgetSeconds: number | null } | null;
  tables:
    | {
        table: string;
        state: string;
        reason: string;
        loadedAt: string | null;
        /** From the commit in the source to the load, of the last batch. */
        lagMs: number | null;
        reconciledAt: string | null;
      }[]
    | null;
  batches: { waiting: number; active: number; delayed: number } | null;
  queues: { queue: string; jobs: Counts | null }[];
  parked: { total: number; first: { id: string; reason: string }[] } | null;
  cache: { hitRate: number | null; bytes: number };
  live: { sockets: number; subscriptions: number };
  uptime: { day: number | null; month: number | null };
  site: {
    on: boolean;
    held: boolean;
    release: string | null;
    committedAt: string | null;
    narrative: boolean | null;
    building: { kind: string; step: string; done: number; total: number; etaSeconds: number | null } | null;
    builds: {
      kind: string;
      state: string;
      startedAt: string;
      finishedAt: string | null;
      pages: number;
      reason: string;
    }[];
  } | null;
};

export type Cell = { text: string; status?: Status };
export type Sheet = { id: string; title: string; columns: string[]; rows: Cell[][] };
export type Report = { status: Status; headline: string; notes: Cell[]; sheets: Sheet[] };

/** Rollups older than this are behind, as for `/readyz`. */
const BEHIND_MS = 60_000;
/** An hour is little time to mend what holds the slot back. */
const SHORT_BUDGET_SECONDS = 3_600;
const PARKED_SHOWN = 10;

const plain = (text: string): Cell => ({ text });
const marked = (status: Status, text: string): Cell => ({ text: `${statuses[status].glyph} ${text}`, status });

/** An age in words: 0,8 detik, 4 menit, 3 jam, 2 hari. */
export function ageText(ms: number, language: Language): string {
  const seconds = Math.max(0, ms) / 1_000;
  const [count, unit] =
    seconds < 90
      ? [seconds, 'second']
      : seconds < 5_400
        ? [seconds / 60, 'minute']
        : seconds < 129_600
          ? [seconds / 3_600, 'hour']
          : [seconds / 86_400, 'day'];
  const digits = seconds < 10 ? 1 : 0;
  return new Intl.NumberFormat(language, {
    ...{ style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: digits },
  }).format(count);
}

const tableStatus = (state: string): Status =>
  state === 'live' ? 'ok' : state === 'requested' || state === 'copying' ? 'warn' : 'critical';
const gravity: readonly Status[] = ['critical', 'warn', 'ok'];

export function reportOf(now: Operations, language: Language): Report {
  const say = operatorWords(language);
  const unknown: Cell = marked('missing', say.unknown);
  const count = (value: number) => formatShort(value, 'count', language) ?? '';
  /** Two digits: a tenth of a percent of a month is three quarters of an hour. */
  const share = (value: number | null): Cell =>
    value === null
      ? marked('missing', say.none)
      : plain(
          `${new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(100 * value)}${units.percent.sign[language]}`,
        );
  const age = (ms: number | null | undefined): Cell => {
    if (ms === undefined) return unknown;
    if (ms === null) return marked('missing', say.none);
    return ms > BEHIND_MS ? marked('warn', ageText(ms, language)) : plain(ageText(ms, language));
  };
  const moment = (at: string | null): Cell =>
    at === null ? marked('missing', say.none) : plain(timeText(at, language));
  const budgetCell = (seconds: number): Cell => {
    const text = ageText(seconds * 1_000, language);
    return seconds < SHORT_BUDGET_SECONDS ? marked('critical', text) : plain(text);
  };
  /** A server that is newer than this page may tell what the page has no words for. */
  const told = (condition: Told) => tellCondition(condition, language) ?? condition.text;
  const { source, batches, parked } = now;
  const budget = source?.budgetSeconds ?? null;
  const measures: [string, Cell][] = [
    [say.lag, age(now.asOf?.lagMs)],
    [say.batches, batches === null ? unknown : plain(count(batches.waiting + batches.active + batches.delayed))],
    [say.parked, parked === null ? unknown : marked(parked.total > 0 ? 'warn' : 'ok', count(parked.total))],
    [say.kept, source?.keptBytes == null ? unknown : plain(sizeText(source.keptBytes, language))],
    // A source without a budget, or at rest, has none that runs out.
    ...(budget === null ? [] : [[say.budget, budgetCell(budget)] as [string, Cell]]),
    [say.cache, share(now.cache.hitRate)],
    [say.cacheSize, plain(sizeText(now.cache.bytes, language))],
    [say.sockets, plain(count(now.live.sockets))],
    [say.subscriptions, plain(count(now.live.subscriptions))],
    [say.uptimeDay, share(now.uptime.day)],
    [say.uptimeMonth, share(now.uptime.month)],
  ];
  const jobs = (counts: Counts | null): Cell[] =>
    counts === null
      ? [unknown, unknown, unknown, unknown]
      : [
          ...[counts.waiting, counts.active, counts.delayed].map((value) => plain(count(value))),
          counts.failed > 0 ? marked('warn', count(counts.failed)) : plain(count(counts.failed)),
        ];
  const parkedSheet = ({ total, first }: NonNullable<Operations['parked']>): Sheet => {
    const shown = first.slice(0, PARKED_SHOWN);
    const more = total - shown.length;
    return {
      id: 'parked',
      title: say.parkedRows,
      columns: [say.batch, say.reason],
      rows: [
        ...shown.map(({ id, reason }) => [plain(id), plain(reason)]),
        ...(more > 0 ? [[plain('…'), plain(say.moreParked(count(more)))]] : []),
      ],
    };
  };
  const siteSheet = (site: Operations['site']): Sheet => {
    const { building } = site ?? {};
    const share = building && building.total > 0 ? ` ${count(building.done)} / ${count(building.total)}` : '';
    const served = [
      site?.release ?? say.none,
      ...(site?.narrative === false ? [say.noNarrative] : []),
      ...(site?.held ? [say.held] : []),
    ];
    return {
      id: 'site',
      title: say.site,
      columns: [say.build, say.state, say.begun, say.took, say.pages, say.reason],
      rows:
        site === null
          ? [[unknown]]
          : [
              [
                plain(say.served),
                site.held ? marked('warn', served.join(', ')) : plain(served.join(', ')),
                moment(site.committedAt),
              ],
              ...(building
                ? [[plain(say.buildKind(building.kind)), plain(`${say.buildStep(building.step)}${share}`)]]
                : []),
              ...site.builds
                .filter(({ state }) => state !== 'running')
                .map(({ kind, state, startedAt, finishedAt, pages, reason }) => [
                  plain(say.buildKind(kind)),
                  state === 'failed' ? marked('critical', say.buildState(state)) : marked('ok', say.buildState(state)),
                  moment(startedAt),
                  finishedAt === null
                    ? unknown
                    : plain(ageText(Date.parse(finishedAt) - Date.parse(startedAt), language)),
                  plain(count(pages)),
                  plain(reason),
                ]),
            ],
    };
  };
  const tables = (now.tables ?? [])
    .map((table) => ({ ...table, status: tableStatus(table.state) }))
    .sort((a, b) => gravity.indexOf(a.status) - gravity.indexOf(b.status) || a.table.localeCompare(b.table));
  return {
    status: now.ready ? (now.warnings.length > 0 ? 'warn' : 'ok') : 'critical',
    headline: !now.ready ? say.notReady : now.warnings.length > 0 ? say.readyBut(now.warnings.length) : say.ready,
    notes: [
      ...now.reasons.map((reason) => marked('critical', told(reason))),
      ...now.warnings.map((warning) => marked('warn', told(warning))),
    ],
    sheets: [
      {
        id: 'engines',
        title: say.engines,
        columns: [say.engine, say.state],
        rows: now.engines.map(({ engine, up }) => [
          plain(say.engineName(engine)),
          up === null ? unknown : up ? marked('ok', say.up) : marked('critical', say.down),
        ]),
      },
      {
        id: 'measures',
        title: say.measures,
        columns: [say.measure, say.value],
        rows: measures.map(([name, cell]) => [plain(name), cell]),
      },
      {
        id: 'queues',
        title: say.queues,
        columns: [say.queue, say.waiting, say.active, say.delayed, say.failed],
        rows: now.queues.map(({ queue, jobs: counts }) => [plain(queue), ...jobs(counts)]),
      },
      ...(now.site?.on === false ? [] : [siteSheet(now.site)]),
      ...(parked === null || parked.total === 0 ? [] : [parkedSheet(parked)]),
      {
        id: 'tables',
        title: now.tables === null ? say.tables : `${say.tables} (${count(tables.length)})`,
        columns: [say.table, say.state, say.loaded, say.delay, say.compared, say.reason],
        rows:
          now.tables === null
            ? [[unknown]]
            : tables.map(({ table, state, status, loadedAt, lagMs, reconciledAt, reason }) => [
                plain(table),
                marked(status, say.tableState(state)),
                moment(loadedAt),
                age(lagMs),
                moment(reconciledAt),
                plain(reason),
              ]),
      },
    ],
  };
}

/** 812 MB, 3,4 GB. */
function sizeText(bytes: number, language: Language): string {
  const [size, unit] = bytes >= 1e9 ? [1e9, 'gigabyte'] : [1e6, 'megabyte'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }).format(bytes / size);
}

/** A moment as the operator's clock has it. */
export const timeText = (at: string | Date, language: Language): string =>
  new Intl.DateTimeFormat(language === 'id' ? 'id-ID' : 'en-GB', {
    ...{ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  }).format(new Date(at));
