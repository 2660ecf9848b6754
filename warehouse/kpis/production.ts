/** Production KPIs: cooking batches by the local day of their production date. DONE means COMPLETED. */
import type { Kpi } from './kpi.ts';

const batch = { section: 'production', fact: 'production' } as const;
const sources = ['food_productions'] as const;
const menuSources = ['food_productions', 'menu_nutrition_calculations'] as const;
const costed = 'done AND actualCost IS NOT NULL AND actualPortions > 0';

export const production: readonly Kpi[] = [
  {
    ...batch,
    id: 'portions_planned',
    name: { id: 'Porsi rencana', en: 'Planned portions' },
    definition: {
      id: 'Jumlah porsi yang direncanakan pada semua batch yang tidak dibatalkan.',
      en: 'Portions planned over all batches that are not cancelled.',
    },
    unit: 'portions',
    direction: 'none',
    target: null,
    num: "sumOrNullIf(plannedPortions, status != 'CANCELLED')",
    sources,
  },
  {
    ...batch,
    id: 'portions_produced',
    name: { id: 'Porsi diproduksi', en: 'Produced portions' },
    definition: {
      id: 'Jumlah porsi yang benar-benar dimasak pada batch yang selesai.',
      en: 'Portions actually cooked in completed batches.',
    },
    unit: 'portions',
    direction: 'none',
    target: null,
    num: 'sumOrNullIf(actualPortions, done)',
    sources,
  },
  {
    ...batch,
    id: 'production_attainment',
    name: { id: 'Realisasi produksi', en: 'Production attainment' },
    definition: {
      id: 'Porsi diproduksi dibagi porsi rencana, pada batch selesai yang mencatat porsi nyata.',
      en: 'Produced over planned portions, in completed batches that recorded their actual portions.',
    },
    unit: 'percent',
    direction: 'band',
    target: { low: 0.95, high: 1.05 },
    num: 'sumIf(actualPortions, done AND actualPortions IS NOT NULL)',
    den: 'sumIf(plannedPortions, done AND actualPortions IS NOT NULL)',
    sources,
  },
  {
    ...batch,
    id: 'batch_completion',
    name: { id: 'Penyelesaian batch', en: 'Batch completion' },
    definition: {
      id: 'Batch selesai dibagi semua batch yang tidak dibatalkan.',
      en: 'Completed batches over all batches that are not cancelled.',
    },
    unit: 'percent',
    direction: 'up',
    target: null,
    num: 'countIf(done)',
    den: "countIf(status != 'CANCELLED')",
    sources,
  },
  {
    ...batch,
    id: 'batches_cancelled',
    name: { id: 'Batch dibatalkan', en: 'Cancelled batches' },
    definition: { id: 'Jumlah batch yang dibatalkan.', en: 'Number of cancelled batches.' },
    unit: 'count',
    direction: 'down',
    target: null,
    num: "countIf(status = 'CANCELLED')",
    sources,
  },
  {
    ...batch,
    id: 'food_cost_per_portion',
    name: { id: 'Biaya bahan per porsi', en: 'Food cost per portion' },
    definition: {
      id: 'Biaya bahan nyata dibagi porsi nyata, pada batch selesai yang mencatat keduanya. Batas 10.000 rupiah (porsi besar).',
      en: 'Actual food cost over actual portions, in completed batches that recorded both. Cap 10,000 rupiah (large portion).',
    },
    unit: 'idr',
    direction: 'down',
    target: { low: null, high: 10_000 },
    num: `sumIf(actualCost, ${costed})`,
    den: `sumIf(actualPortions, ${costed})`,
    sources,
  },
  {
    ...batch,
    id: 'cost_variance',
    name: { id: 'Selisih biaya', en: 'Cost variance' },
    definition: {
      id: 'Biaya nyata dikurangi perkiraan, dibagi perkiraan, pada batch selesai yang mencatat biaya nyata.',
      en: 'Actual minus estimated cost over estimated cost, in completed batches that recorded an actual cost.',
    },
    unit: 'percent',
    direction: 'band',
    target: { low: -0.1, high: 0.1 },
    num: 'sumIf(actualCost - estimatedCost, done AND actualCost IS NOT NULL)',
    den: 'sumIf(estimatedCost, done AND actualCost IS NOT NULL)',
    sources,
  },
  {
    ...batch,
    id: 'akg_compliance',
    name: { id: 'Kepatuhan AKG', en: 'Nutrition standard met' },
    definition: {
      id: 'Porsi dari menu yang memenuhi AKG dibagi porsi dari menu yang sudah dihitung gizinya.',
      en: 'Portions of menus that meet the nutrition standard over portions of menus that have a calculation.',
    },
    unit: 'percent',
    direction: 'up',
    target: { low: 1, high: null },
    num: 'sumIf(actualPortions, done AND calculated AND meetsAKG)',
    den: 'sumIf(actualPortions, done AND calculated)',
    sources: menuSources,
  },
  {
    ...batch,
    id: 'akg_unknown_portions',
    name: { id: 'Porsi tanpa hitungan gizi', en: 'Portions without calculation' },
    definition: {
      id: 'Porsi diproduksi dari menu yang belum dihitung gizinya.',
      en: 'Produced portions of menus without a nutrition calculation.',
    },
    unit: 'portions',
    direction: 'down',
    target: null,
    num: 'sumOrNullIf(actualPortions, done AND NOT calculated)',
    sources: menuSources,
  },
];
