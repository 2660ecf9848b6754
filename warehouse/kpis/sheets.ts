/**
 * Timeliness from facts: how long after the end of a local day the first row of each daily sheet was there, by the source's own
 * stamp. 0 = in time. A day without the sheet has no cell: whether it was due is a question of the calendar (completeness).
 */
import type { FactName, Kpi, Owner } from './kpi.ts';

const sheet = (
  of: 'production' | 'quality' | 'distribution' | 'schools',
  fact: FactName,
  owner: Owner,
  name: Kpi['name'],
  sources: readonly string[],
): Kpi => ({
  id: `sheet_delay_${of}`,
  section: 'data',
  owner,
  supplement: true,
  name: { id: `Keterlambatan lembar ${name.id}`, en: `Delay of the ${name.en} sheet` },
  definition: {
    id: `Rata-rata hari sejak hari setempat berakhir sampai baris pertama lembar ${name.id} dibuat; 0 bila dibuat sebelumnya.`,
    en: `Mean days from the end of the local day until the first row of the ${name.en} sheet was made; 0 where it was made before.`,
  },
  unit: 'days',
  direction: 'down',
  target: null,
  fact,
  num: "greatest(0, dateDiff('millisecond', any(dayEnds), min(createdAt)) / 86400000)",
  den: 'any(1)',
  sources,
});

export const sheets: readonly Kpi[] = [
  sheet('production', 'production', 'production', { id: 'produksi', en: 'production' }, ['food_productions']),
  sheet('quality', 'quality', 'quality', { id: 'mutu', en: 'quality' }, ['quality_controls', 'food_productions']),
  sheet('distribution', 'distribution', 'distribution', { id: 'distribusi', en: 'distribution' }, [
    'food_distributions',
  ]),
  sheet('schools', 'school', 'distribution', { id: 'sekolah', en: 'schools' }, [
    'school_distributions',
    'nutrition_programs',
  ]),
];
