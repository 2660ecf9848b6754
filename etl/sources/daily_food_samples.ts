/** Replicated as it is; no rollup reads it yet. */
import type { Source } from '../source.ts';

export const dailyFoodSamples: Source = {
  table: 'daily_food_samples',
  columns: [
    'id',
    'sppgId',
    'sampleDate',
    'menuName',
    'batchNumber',
    'collectionTime',
    'storageTemp',
    'storageDuration',
    'overallQuality',
    'acceptabilityScore',
    'testedInLab',
    'labTestId',
    'disposalDate',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: false,
};
