/** Quality KPIs: checks by the local day of their check time, in the kitchen of their batch. */
import type { Kpi } from './kpi.ts';

const check = { section: 'quality', fact: 'quality', sources: ['quality_controls', 'food_productions'] } as const;

export const quality: readonly Kpi[] = [
  {
    ...check,
    id: 'qc_pass_rate',
    owner: 'quality',
    name: { id: 'Lulus QC', en: 'Checks passed' },
    definition: { id: 'Pemeriksaan mutu yang lulus dibagi semua pemeriksaan.', en: 'Passed checks over all checks.' },
    unit: 'percent',
    direction: 'up',
    target: null,
    num: 'countIf(passed)',
    den: 'count()',
  },
  {
    ...check,
    id: 'qc_score',
    owner: 'quality',
    name: { id: 'Skor mutu', en: 'Quality score' },
    definition: {
      id: 'Rata-rata skor pemeriksaan yang diberi skor.',
      en: 'Mean score of the checks that were scored.',
    },
    unit: 'score',
    direction: 'up',
    target: null,
    num: 'sum(score)',
    den: 'count(score)',
  },
  {
    ...check,
    id: 'open_critical_findings',
    owner: 'quality',
    name: { id: 'Temuan kritis terbuka', en: 'Open critical findings' },
    definition: {
      id: 'Pemeriksaan tidak lulus dengan tingkat tinggi atau kritis yang belum ditindaklanjuti.',
      en: 'Failed checks of high or critical severity without an action taken.',
    },
    unit: 'count',
    direction: 'down',
    target: { low: null, high: 0 },
    critical: 'outside',
    num: "countIf(NOT passed AND severity IN ('HIGH', 'CRITICAL') AND actionTaken IS NULL)",
  },
];
