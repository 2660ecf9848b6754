/**
 * What the data itself says of a scope: statistical warnings of a day and findings of the week before it, the gravest first.
 * Invariants: it is asked when the scope or day changes, and once a minute at most besides; its trouble is its own, the rest of
 * the screen stays.
 */
import { formatDate, formatShort } from '../../warehouse/kpis/format.ts';
import type { Unit } from '../../warehouse/kpis/kpi.ts';
import { ApiError, call } from './api.ts';
import { el } from './dom.ts';

type Entry = { id: string; name: { id: string }; definition: { id: string }; unit: Unit };
type Told = { scope: string; name: string; date: string };
type Warning = Told & { kpi: string; value: number; expected: { low: number; high: number } };
type Finding = Told & { rule: string; count: number; state: string };
type Insights = {
  date: string;
  warnings: { total: number; items: Warning[] };
  findings: { items: Finding[]; totals: { findings: number }[] };
};

const SHOWN = 6;
const AGAIN_MS = 60_000;

/** A KPI's or rule's name, leading to its definition. */
export const defined = (id: string, name: string): HTMLElement => el('a', { href: `/dictionary#${id}` }, name);

export function insightsList() {
  const list = el('ul', { class: 'told', 'data-testid': 'insights' }, el('li', { class: 'small' }, 'memuat …'));
  const more = el('p', { class: 'small' });
  const element = el('section', { hidden: true }, el('h2', {}, 'Peringatan dan temuan data'), list, more);
  let words: Map<string, Entry> | undefined;
  let asked = { of: '', at: 0 };

  const line = ({ scope, name, date }: Told, id: string, reason: string): HTMLElement => {
    const unit = el('a', { href: `/?scope=${encodeURIComponent(scope)}&date=${date}` }, name);
    const status = el('span', { class: 'status', 'data-status': 'warn' }, '▲ ');
    return el(
      'li',
      {},
      status,
      defined(id, words?.get(id)?.name.id ?? id),
      ', ',
      unit,
      `: ${reason}, ${formatDate(date)}`,
    );
  };
  const warned = (warning: Warning) => {
    const unit = words?.get(warning.kpi)?.unit ?? 'count';
    const show = (value: number) => formatShort(value, unit) ?? '';
    const { low, high } = warning.expected;
    return line(warning, warning.kpi, `${show(warning.value)}, biasanya ${show(low)} – ${show(high)}`);
  };
  const found = (finding: Finding) =>
    line(finding, finding.rule, finding.count === 1 ? 'satu temuan' : `${formatShort(finding.count, 'count')} temuan`);

  const render = ({ date, warnings, findings }: Insights) => {
    const open = findings.items.filter(({ state }) => state === 'open');
    const lines = [...open.slice(0, SHOWN).map(found), ...warnings.items.slice(0, SHOWN).map(warned)];
    const none = `Tidak ada peringatan statistik untuk ${formatDate(date)}, dan tidak ada temuan data dalam tujuh hari sampai hari itu.`;
    list.replaceChildren(...(lines.length > 0 ? lines : [el('li', { class: 'small' }, none)]));
    const counted = findings.totals.reduce((sum, total) => sum + total.findings, 0);
    const total = `${formatShort(warnings.total, 'count')} peringatan statistik, ${formatShort(counted, 'count')} temuan data dalam tujuh hari.`;
    more.textContent =
      lines.length > 0 ? `Seluruhnya ${total} Peringatan adalah alasan untuk memeriksa, bukan penilaian.` : '';
  };

  /** `day` is the day of the screen where one was chosen; without one, the last day that is over is told. */
  const show = async (scope: string, day: string | null): Promise<void> => {
    const of = `${scope} ${day ?? ''}`;
    if (asked.of === of && Date.now() - asked.at < AGAIN_MS) return;
    asked = { of, at: Date.now() };
    try {
      if (words === undefined) {
        const { entries } = await call<{ entries: Entry[] }>('/dictionary');
        words = new Map(entries.map((entry) => [entry.id, entry]));
      }
      const date = day === null ? '' : `&date=${encodeURIComponent(day)}`;
      const insights = await call<Insights>(`/insights?scope=${encodeURIComponent(scope)}${date}&limit=50`);
      if (asked.of !== of) return;
      render(insights);
      element.hidden = false;
    } catch (error) {
      if (asked.of !== of) return;
      asked = { of: '', at: 0 };
      // Some roles see figures and no judgements on them.
      element.hidden = error instanceof ApiError && error.status === 403;
      list.replaceChildren(el('li', { class: 'small' }, 'Peringatan dan temuan tidak dapat dibaca; dicoba lagi.'));
      more.textContent = '';
    }
  };
  return { element, show };
}
