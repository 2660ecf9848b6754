/** One small document with real numbers: planned portions of each kitchen, read from the copied batches; rendered as CSV. */
import { Readable } from 'node:stream';
import type { Report } from '../../reports/documents/report.ts';
import { readFreshness } from '../../warehouse/ledger.ts';
import { formatScope, scopeCondition } from '../../warehouse/scopes.ts';
import type { Documents } from '../../workers/delivery/documents.ts';

export const KPI = 'portions_planned';
const name = { id: 'Porsi direncanakan', en: 'Portions planned' };

export const smallDocuments: Documents = {
  async read(warehouse, report, { scope, from, to, kpis }, signal) {
    const rows = await warehouse.query<{ kitchen: string; portions: number }>(
      `SELECT sppgId AS kitchen, toFloat64(sum(plannedPortions)) AS portions FROM raw.food_productions FINAL
       WHERE NOT _deleted AND toDate(productionDate + INTERVAL 7 HOUR) BETWEEN {from:Date32} AND {to:Date32}
         AND ${scopeCondition(scope, 'sppgId')} GROUP BY kitchen ORDER BY kitchen`,
      { from, to, scopeId: scope.id },
      signal,
    );
    const { committedAt, rolledUpAt } = await readFreshness(warehouse);
    const seen = kpis.some(({ id }) => id === KPI);
    const total = seen ? rows.reduce((sum, { portions }) => sum + portions, 0) : null;
    return {
      ...{ report, scope: formatScope(scope), unit: formatScope(scope), from, to, final: true, definitions: [KPI] },
      asOf: { committedAt: committedAt ?? '', rolledUpAt: rolledUpAt ?? '' },
      completeness: { due: 2, present: rows.length === 0 ? 0 : 2 },
      parts: [
        { kind: 'facts', id: 'whole', title: name, facts: [{ name, kind: 'count', value: total, kpi: KPI }] },
        {
          ...{ kind: 'table', id: 'kitchens', title: name, keyColumns: 1 },
          columns: [
            { id: 'kitchen', name: { id: 'SPPG', en: 'SPPG' }, kind: 'text' },
            { id: 'portions', name, kind: 'count', kpi: KPI, total: true },
          ],
          rows: rows.map(({ kitchen, portions }) => [kitchen, seen ? portions : null]),
        },
      ],
    } satisfies Report;
  },
  async render(report, _format, _signal, stamp) {
    const table = report.parts.find((part) => part.kind === 'table');
    const head = `# ${stamp.state} ${stamp.number} ${stamp.sha256}`;
    return Readable.from([Buffer.from([head, ...(table?.rows ?? []).map((row) => row.join(','))].join('\n'))]);
  },
};
