/** Replicated as it is; no rollup reads it yet. */
import type { Source } from '../source.ts';

export const nutritionRequirements: Source = {
  table: 'nutrition_requirements',
  columns: [
    'id',
    'ageGroupMin',
    'ageGroupMax',
    'gender',
    'specialCondition',
    'caloriesPerDay',
    'proteinPerDay',
    'fatPerDay',
    'carbsPerDay',
    'fiberPerDay',
    'referenceSource',
    'referenceYear',
    'isActive',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: false,
};
