/** Touches rollup cells: see warehouse/rollups/dirty.ts for which. */
import type { Source } from '../source.ts';

export const nutritionPrograms: Source = {
  table: 'nutrition_programs',
  columns: [
    'id',
    'sppgId',
    'name',
    'programCode',
    'programType',
    'targetGroup',
    'calorieTarget',
    'proteinTarget',
    'carbTarget',
    'fatTarget',
    'fiberTarget',
    'startDate',
    'endDate',
    'feedingDays',
    'mealsPerDay',
    'totalBudget',
    'budgetPerMeal',
    'targetRecipients',
    'currentRecipients',
    'status',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: true,
  place: { sppg_id: 'sppgId' },
};
