import type { Kpi } from '../kpi.ts';

export const kpi: Kpi = {
  id: 'delivery_issue_rate',
  section: 'schools',
  owner: 'distribution',
  supplement: true,
  name: { id: 'Tingkat kendala pengiriman', en: 'Delivery issue rate' },
  definition: {
    id: 'Penyaluran ke sekolah yang berkendala dibagi semua penyaluran.',
    en: 'Handovers to schools with an issue over all handovers.',
  },
  unit: 'percent',
  direction: 'down',
  target: { low: null, high: 0.05 },
  fact: 'school',
  num: "countIf(deliveryStatus = 'ISSUE')",
  den: 'count()',
  split: 'schoolType',
  sources: ['school_distributions', 'nutrition_programs', 'school_beneficiaries'],
};
