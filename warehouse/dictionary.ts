/**
 * The data dictionary: every number that is published, in words, with its formula and where it comes from, down to the columns
 * of the source. Generated from the registry and the facts: nothing is written twice, so nothing can disagree.
 */

import { historyOf } from './history.ts';
import { type Format, units } from './kpis/format.ts';
import type { Kpi } from './kpis/kpi.ts';
import { sections } from './kpis/kpi.ts';
import { registry } from './kpis/registry.ts';
import type { Comparison, Rule } from './kpis/rules/rule.ts';
import { comparisons, rules } from './kpis/rules.ts';
import { relations, sqlOf } from './rollups/facts/cells.ts';
import { facts } from './rollups/facts.ts';

export type Lineage = { table: string; columns: string[] };
export type Entry = {
  id: string;
  kind: 'kpi' | 'rule';
  section: { id: string; en: string };
  name: Kpi['name'];
  definition: Kpi['definition'];
  unit: Kpi['unit'];
  /** How a value is written. */
  format: Format & { sign: Kpi['name'] };
  direction: Kpi['direction'];
  target: Kpi['target'];
  /** Caps of small and large portions, where they differ. */
  caps: Kpi['caps'] | null;
  owner: Kpi['owner'];
  severity: Rule['severity'] | null;
  /** The finest period it is published for. */
  grain: 'day' | 'fortnight' | 'month';
  /** How longer periods and larger areas are made of cells. */
  aggregation: 'sum' | 'ratio of sums' | 'last day of the period';
  split: string | null;
  /** Fewer observations than this are not shown. */
  minimum: number | null;
  /** Defined by the ministry, or an addition of this product. */
  published: boolean;
  formula: { numerator: string; denominator: string | null };
  lineage: Lineage[];
};

/** Words of SQL: names of columns among them. */
const words = (sql: string) => new Set(sql.match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? []);

/** `SELECT a, b FROM raw.t`: the columns a fact reads of a table. */
function columnsRead(sql: string): Map<string, Set<string>> {
  const read = new Map<string, Set<string>>();
  for (const [, list = '', table = ''] of sql.matchAll(
    /SELECT\s+((?:(?!\bSELECT\b|\bFROM\b)[\s\S])*?)\s+FROM (?:raw\.|ops\.placed_)(\w+)/g,
  )) {
    const columns = read.get(table) ?? new Set<string>();
    for (const word of words(list)) columns.add(word);
    read.set(table, columns);
  }
  for (const [, table = ''] of sql.matchAll(/FROM ops\.history_(\w+)/g)) {
    const columns = read.get(table) ?? new Set<string>(['id']);
    for (const word of words(historyOf(table))) columns.add(word);
    read.set(table, columns);
  }
  return read;
}

/** Every `expression AS name`, relations left out. */
function definitionsIn(sql: string): { name: string; from: Set<string> }[] {
  return [...sql.matchAll(/\s+AS\s+(\w+)/g)].flatMap(({ index, 1: name = '' }) => {
    let start = index;
    for (let depth = 0; start > 0; start--) {
      const letter = sql[start - 1] ?? '';
      if (depth === 0 && (',(['.includes(letter) || /(?:SELECT|JOIN|FROM)\s$/.test(sql.slice(start - 7, start)))) break;
      if (')]'.includes(letter)) depth++;
      else if ('(['.includes(letter)) depth--;
    }
    const expression = sql.slice(start, index).trim();
    const isRelation = /^\(\s*SELECT\b/.test(expression);
    return isRelation ? [] : [{ name, from: words(expression) }];
  });
}

/** The names a KPI's formula stands on, through whatever the fact calls them in between. */
function namesBehind(kpi: Kpi, sql: string): Set<string> {
  const names = new Set([
    ...words(`${kpi.num} ${kpi.den ?? ''} ${kpi.split ?? ''} ${kpi.limit?.num ?? ''}`),
    'sppg_id',
    'day',
  ]);
  const defined = definitionsIn(sql);
  for (let before = -1; before < names.size; ) {
    before = names.size;
    for (const { name, from } of defined) if (names.has(name)) for (const word of from) names.add(word);
  }
  return names;
}

/** Tables and columns a KPI is computed from. `known` tells the columns of a source table. */
export function lineageOf(kpi: Kpi, known: (table: string) => readonly string[]): Lineage[] {
  const fact = facts[kpi.fact];
  const shared = (fact.reads ?? []).flatMap((name) => [
    ...Object.values(relations[name].with ?? {}),
    relations[name].sql,
  ]);
  const sql = [...shared, ...Object.values(fact.with ?? {}).map(sqlOf), fact.select].join('\n');
  const read = columnsRead(sql);
  const behind = namesBehind(kpi, sql);
  // Rows are joined by their keys; of a state everything counts that its history keeps.
  for (const [table, names] of read) {
    if (sql.includes(`ops.history_${table}`) && kpi.sources.includes(table)) continue;
    for (const name of names) if (!behind.has(name) && !/^id$|Id$/.test(name)) names.delete(name);
    if (names.size === 0) read.delete(table);
  }
  // The day of a cell is local: every number depends on the zone of the kitchen's province.
  read.set('sppg', new Set([...(read.get('sppg') ?? []), 'id', 'provinceId']));
  read.set('provinces_indonesia', new Set(['id', 'timezone']));
  return [...read]
    .map(([table, names]) => ({ table, columns: known(table).filter((column) => names.has(column)) }))
    .filter(({ columns }) => columns.length > 0)
    .sort((a, b) => Number(kpi.sources.includes(b.table)) - Number(kpi.sources.includes(a.table)));
}

const formatOf = (unit: Kpi['unit']): Entry['format'] => {
  const { name: _name, ...format } = units[unit];
  return format;
};

/** One entry a KPI, then one a rule, in the order in which they are shown. */
export function dictionary(known: (table: string) => readonly string[]): Entry[] {
  const entry = (kpi: Kpi | Rule): Entry => ({
    id: kpi.id,
    kind: 'severity' in kpi ? 'rule' : 'kpi',
    section: sections[kpi.section],
    name: kpi.name,
    definition: kpi.definition,
    unit: kpi.unit,
    format: formatOf(kpi.unit),
    direction: kpi.direction,
    target: kpi.target,
    caps: kpi.caps ?? null,
    owner: kpi.owner,
    severity: 'severity' in kpi ? kpi.severity : null,
    grain: kpi.grain ?? 'day',
    aggregation: kpi.state ? 'last day of the period' : kpi.den === undefined ? 'sum' : 'ratio of sums',
    split: kpi.split ?? null,
    minimum: kpi.minimum ?? null,
    published: !kpi.supplement,
    formula: { numerator: kpi.num, denominator: kpi.den ?? null },
    lineage: lineageOf(kpi, known),
  });
  const measured = [...registry, ...rules].map(entry);
  /** A comparison is told by the two amounts it is made of. */
  const compared = ({ id, owner, severity, name, definition, amount, limit, factor }: Comparison): Entry => {
    const [of, bound] = [amount, limit].map((kpi) => measured.find((candidate) => candidate.id === kpi));
    if (of === undefined) throw new Error(`the rule ${id} compares ${amount}, which is no KPI`);
    const lineage = new Map([...(bound?.lineage ?? []), ...of.lineage].map((part) => [part.table, part]));
    const words = { id, owner, severity, name, definition };
    const { limit: own } = registry.find((kpi) => kpi.id === amount) ?? {};
    const exceeded = limit === 'own' ? `${own?.reached ? '>=' : '>'} ${own?.num}` : `> ${factor} * ${limit}`;
    const formula = { numerator: `${limit === 'own' ? of.formula.numerator : amount} ${exceeded}`, denominator: null };
    const shared = { target: { low: null, high: 0 }, direction: 'down', unit: 'count', aggregation: 'sum' } as const;
    return {
      ...of,
      ...words,
      ...shared,
      format: formatOf('count'),
      caps: null,
      kind: 'rule',
      section: sections.data,
      published: false,
      split: null,
      formula,
      lineage: [...lineage.values()],
    };
  };
  return [...measured, ...comparisons.map(compared)];
}
