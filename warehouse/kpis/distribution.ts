/** Distribution KPIs: delivery runs by the local day of their distribution date. */
import type { Kpi } from './kpi.ts';

const run = { section: 'distribution', fact: 'distribution' } as const;
const sources = ['food_distributions'] as const;
const reached = 'done AND actualRecipients IS NOT NULL';
const held = 'done AND arrivalTime IS NOT NULL AND cookedAt IS NOT NULL AND arrivalTime >= cookedAt';
const paid =
  'done AND actualRecipients > 0 AND (transportCost IS NOT NULL OR fuelCost IS NOT NULL OR otherCosts IS NOT NULL)';

export const distribution: readonly Kpi[] = [
  {
    ...run,
    id: 'distribution_runs',
    owner: 'distribution',
    name: { id: 'Jumlah pengiriman', en: 'Delivery runs' },
    definition: { id: 'Jumlah pengiriman yang tidak dibatalkan.', en: 'Delivery runs that are not cancelled.' },
    unit: 'count',
    direction: 'none',
    target: null,
    num: "countIf(status != 'CANCELLED')",
    sources,
  },
  {
    ...run,
    id: 'distribution_reach',
    owner: 'distribution',
    name: { id: 'Jangkauan distribusi', en: 'Distribution reach' },
    definition: {
      id: 'Penerima nyata dibagi penerima rencana, pada pengiriman selesai yang mencatat penerima nyata.',
      en: 'Actual over planned recipients, in completed runs that recorded their recipients.',
    },
    unit: 'percent',
    direction: 'up',
    target: null,
    people: ['num', 'den'],
    num: `sumIf(actualRecipients, ${reached})`,
    den: `sumIf(plannedRecipients, ${reached})`,
    sources,
  },
  {
    ...run,
    id: 'on_time_delivery',
    owner: 'distribution',
    name: { id: 'Ketepatan waktu', en: 'On-time delivery' },
    definition: {
      id: 'Pengiriman selesai yang tiba sebelum atau tepat pada batas rencana, dibagi yang mencatat waktu tiba.',
      en: 'Completed runs that arrived by their planned end, over those with an arrival time.',
    },
    unit: 'percent',
    direction: 'up',
    target: { low: 0.95, high: null },
    num: 'countIf(done AND arrived <= plannedEndTime)',
    den: 'countIf(done AND arrived IS NOT NULL)',
    sources,
  },
  {
    ...run,
    id: 'holding_time_4h',
    owner: 'distribution',
    name: { id: 'Waktu simpan ≤ 4 jam', en: 'Holding time ≤ 4 h' },
    definition: {
      id: 'Pengiriman yang tiba paling lama 4 jam setelah masakan selesai, dibagi yang mencatat kedua waktu.',
      en: 'Runs that arrived within 4 hours of cooking, over those with both times.',
    },
    unit: 'percent',
    direction: 'up',
    target: { low: 1, high: null },
    critical: 'far',
    num: `countIf(${held} AND arrivalTime <= cookedAt + INTERVAL 4 HOUR)`,
    den: `countIf(${held})`,
    sources: ['food_distributions', 'food_productions'],
  },
  {
    ...run,
    id: 'serving_temperature',
    owner: 'distribution',
    name: { id: 'Kepatuhan suhu', en: 'Temperature kept' },
    definition: {
      id: 'Pengiriman selesai yang tiba pada suhu 60 °C atau lebih, dibagi yang mencatat suhu.',
      en: 'Completed runs that arrived at 60 °C or more, over those with a reading.',
    },
    unit: 'percent',
    direction: 'up',
    target: { low: 1, high: null },
    critical: 'far',
    num: 'countIf(done AND arrivalTemp >= 60)',
    den: 'countIf(done AND arrivalTemp IS NOT NULL)',
    sources,
  },
  {
    ...run,
    id: 'logistics_cost_per_portion',
    owner: 'finance',
    name: { id: 'Biaya distribusi per porsi', en: 'Delivery cost per portion' },
    definition: {
      id: 'Biaya angkut, bahan bakar, dan lainnya dibagi penerima nyata, pada pengiriman selesai yang mencatat biaya.',
      en: 'Transport, fuel and other costs over actual recipients, in completed runs with at least one cost.',
    },
    unit: 'idr',
    direction: 'down',
    target: { low: null, high: 3_000 },
    people: ['den'],
    num: `sumIf(coalesce(transportCost, 0) + coalesce(fuelCost, 0) + coalesce(otherCosts, 0), ${paid})`,
    den: `sumIf(actualRecipients, ${paid})`,
    sources,
  },
];
