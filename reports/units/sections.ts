/** The parts of a page that are tables. Each number stands between the markers of its field; what is missing is said in words. */

import { formatChange, formatDate, formatLimits, units } from '../../warehouse/kpis/format.ts';
import type { Kpi } from '../../warehouse/kpis/kpi.ts';
import { openSheets } from '../../warehouse/queries/completeness.ts';
import { BOARDS, type Board, boardOf } from '../design/boards.ts';
import { statuses } from '../design/status.ts';
import { COMPARED_DAYS, FINDING_DAYS } from './days.ts';
import type { Told } from './figures.ts';
import { type Html, html, nothing } from './markup.ts';
import { byGroup, byRow, bySize, findingRules, SPENDING_ROWS } from './measures.ts';
import { amount, defined, mark, number } from './numbers.ts';
import type { Peered } from './peers.ts';
import type { UnitData } from './read.ts';
import { ownerOf, told, type View } from './view.ts';

export const section = (id: string, title: string, ...content: Html[]): Html =>
  content.every(({ html: text }) => text === '')
    ? nothing
    : html`<section id="${id}"><h2>${title}</h2>${content}</section>`;

/** A table that may be wider than a phone: it scrolls by itself. */
export const wide = (name: string, columns: readonly string[], rows: readonly Html[], kind = ''): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table${kind === '' ? nothing : html` class="${kind}"`}><thead><tr>${columns.map(
    (column) => html`<th scope="col">${column}</th>`,
  )}</tr></thead><tbody>${rows}</tbody></table></div>`;

/** KPI tables, one a board. */
export function boards(view: View, { level, figures }: UnitData): Html {
  const { words } = view;
  const columns = [
    words.measure,
    words.value,
    words.status,
    words.targetColumn,
    words.change,
    words.month,
    words.running,
  ];
  return html`${BOARDS.map((board: Board) => {
    const rows = figures
      .filter(({ kpi }) => boardOf(kpi) === board)
      .map((own) => told(view, level, own.kpi.owner, () => measureRow(view, own)));
    return rows.every(({ html: text }) => text === '')
      ? nothing
      : section(board, words.boards[board], wide(words.boards[board], columns, rows, 'kpis'));
  })}`;
}

function measureRow(view: View, { kpi, now, period, status, target, before, month, today }: Told): Html {
  const { language, words, programme } = view;
  const name = units[kpi.unit].name[language];
  const of =
    kpi.grain === undefined || now.value === null ? name : `${name}, ${words.period(formatDate(period, language))}`;
  const moved = formatChange(now.value, before?.value ?? null, kpi.unit, language);
  return html`<tr${period === programme.days.date ? nothing : html` data-period="${period}"`} id="${kpi.id}"><th scope="row">${defined(view, kpi)} <small>${of}</small></th><td>${number(now, kpi.unit, language)}</td><td>${mark(kpi.id, status, now, language)}</td><td>${formatLimits(target, kpi.unit, language) ?? statuses.none.word[language]}</td><td>${moved ?? html`<i>${words.noData}</i>`}</td><td>${number(month, kpi.unit, language)}</td><td>${kpi.grain === undefined ? number(today, kpi.unit, language) : nothing}</td></tr>`;
}

/** What is off its limits, each within its own field: the shortest list that says what to look at. */
export function attention(view: View, { level, figures }: UnitData): Html {
  const { language, words } = view;
  const order = ['critical', 'warn'];
  const wrong = figures
    .filter(({ status }) => order.includes(status))
    .sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  const items = wrong.map(({ kpi, now, status, target }) =>
    told(
      view,
      level,
      kpi.owner,
      () =>
        html`<li>${mark(kpi.id, status, now, language)}: <a href="#${kpi.id}">${kpi.name[language]}</a> ${number(now, kpi.unit, language)} <small>(${words.targetColumn.toLowerCase()} ${formatLimits(target, kpi.unit, language)})</small></li>`,
    ),
  );
  return wrong.length === 0
    ? html`<p>${words.allWell}</p>`
    : html`<ul class="attention" aria-label="${words.attention}">${items}</ul>`;
}

/** Portions of the month by who they are for, as schools report them, and by size, as receipts do. */
export function groups(view: View, { level, parts }: UnitData): Html {
  const { language, words } = view;
  const [target, delivered] = byGroup;
  const [received] = bySize;
  if (!target || !delivered || !received) return nothing;
  const targets = parts.get(target.id);
  const done = parts.get(delivered.id);
  const names = [...new Set([...(targets?.keys() ?? []), ...(done?.keys() ?? [])])].sort();
  const portions = (value: number | undefined) => amount(value ?? null, 'portions', language);
  const row = (name: string, [of, is]: [number | undefined, number | undefined]) =>
    html`<tr><th scope="row">${name}</th><td>${portions(of)}</td><td>${portions(is)}</td><td>${amount(of && is !== undefined ? is / of : null, 'percent', language)}</td></tr>`;
  // Receipts tell what came, not what was due.
  const receipt = (name: string, is: number) =>
    html`<tr><th scope="row">${name}</th><td></td><td>${portions(is)}</td><td></td></tr>`;
  const rows = [
    ...names.map((name) =>
      row(name === 'UNKNOWN' ? words.unknownGroup : name.replaceAll('_', ' '), [targets?.get(name), done?.get(name)]),
    ),
    ...(['small', 'large'] as const).flatMap((size) => {
      const amountOf = parts.get(received.id)?.get(size);
      return amountOf === undefined ? [] : [receipt(words.sizes[size], amountOf)];
    }),
  ];
  const columns = [words.group, words.groupTarget, words.groupDelivered, words.groupShare];
  return told(view, level, delivered.owner, () =>
    section('groups', words.groups, rows.length === 0 ? none(words.noData) : wide(words.groups, columns, rows)),
  );
}

/** Food, operations, rent and incentives: planned, used, what is left, in the fiscal year so far. */
export function funds(view: View, { level, parts }: UnitData): Html {
  const { language, words, programme } = view;
  const [planned, used] = byRow;
  if (!planned || !used) return nothing;
  const title = words.funds(programme.days.date.slice(0, 4));
  const of = (kpi: Kpi, row: string) => parts.get(kpi.id)?.get(row) ?? null;
  const whole = SPENDING_ROWS.reduce((sum, row) => sum + (of(used, row) ?? 0), 0);
  const rupiah = (value: number | null) => amount(value, 'idr', language);
  const rows = SPENDING_ROWS.map((row) => {
    const [plan, spent] = [of(planned, row), of(used, row)];
    const left = plan === null ? null : plan - (spent ?? 0);
    return html`<tr><th scope="row">${words.rows[row]}</th><td>${rupiah(plan)}</td><td>${rupiah(spent)}</td><td>${rupiah(left)}</td><td>${amount(whole > 0 && spent !== null ? spent / whole : null, 'percent', language)}</td></tr>`;
  });
  const columns = [words.row, words.planned, words.used, words.balance, words.share];
  return told(view, level, 'finance', () => section('funds', title, wide(title, columns, rows)));
}

const none = (text: string): Html => html`<p><i>${text}</i></p>`;

export function findings(view: View, { level, findings: found }: UnitData): Html {
  const { language, words } = view;
  if (view.audience === 'public') return nothing;
  const title = words.findings(FINDING_DAYS);
  const kitchens = level !== 'sppg';
  const rows = found.flatMap(({ rule: id, kitchens: count, findings: times, first, last }) => {
    const rule = findingRules.find((own) => own.id === id);
    if (rule === undefined) return [];
    const cells = html`<tr><th scope="row">${defined(view, rule)}</th><td>${amount(times, 'count', language)}</td>${kitchens ? html`<td>${amount(count, 'count', language)}</td>` : nothing}<td>${formatDate(first, language)}</td><td>${formatDate(last, language)}</td></tr>`;
    return [told(view, level, rule.owner, () => cells)];
  });
  const columns = [words.rule, words.count, ...(kitchens ? [words.inKitchens] : []), words.since, words.until];
  return section('findings', title, rows.length === 0 ? none(words.noFindings) : wide(title, columns, rows));
}

export function sheets(view: View, { level, sheets: days, reports }: UnitData): Html {
  const { language, words } = view;
  const title = words.sheets(COMPARED_DAYS);
  const sum = (at: number) => days.reduce((total, row) => total + Number(row[at] ?? 0), 0);
  const [expected, complete] = [sum(1), sum(2)];
  const rows = openSheets.map(
    (sheet, at) =>
      html`<tr><th scope="row">${words.sheetNames[sheet]}</th><td>${amount(sum(3 + at), 'count', language)}</td><td>${amount(expected, 'count', language)}</td></tr>`,
  );
  const completeness = told(view, level, 'completeness', () =>
    section(
      'sheets',
      title,
      expected === 0
        ? none(words.noData)
        : html`<p>${words.complete(complete, expected)}</p>${wide(title, [words.sheet, words.missing, words.expected], rows)}`,
    ),
  );
  const due = told(view, level, 'payment_risks', () =>
    section(
      'reports',
      words.payment,
      html`<p>${reports === undefined ? words.noReports : words.reports(reports.total, reports.late, formatDate(reports.due, language))}</p>`,
    ),
  );
  return html`${completeness}${due}`;
}

export function peerTable(view: View, peered: readonly Peered[]): Html {
  const { language, words } = view;
  const title = words.peers(COMPARED_DAYS);
  if (peered.every(({ peers }) => peers === null)) return section('peers', title, none(words.noData));
  const rows = peered.map(({ kpi, own, peers }) => {
    const of = (value: number | null) => html`<td>${amount(value, kpi.unit, language)}</td>`;
    return told(
      view,
      'sppg',
      ownerOf(kpi.id),
      () =>
        html`<tr><th scope="row">${defined(view, kpi)}</th>${of(own)}${of(peers?.low ?? null)}${of(peers?.median ?? null)}${of(peers?.high ?? null)}<td>${amount(peers?.betterThan ?? null, 'percent', language)}</td></tr>`,
    );
  });
  const columns = [words.measure, words.own, words.low, words.median, words.high, words.better];
  return section('peers', title, html`<p><small>${words.peersNote}</small></p>`, wide(title, columns, rows));
}
