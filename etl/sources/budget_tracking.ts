/** Replicated as it is; no rollup reads it yet. */
import type { Source } from '../source.ts';

export const budgetTracking: Source = {
  table: 'budget_tracking',
  columns: [
    'id',
    'sppgId',
    'month',
    'year',
    'allocatedBudget',
    'spentBudget',
    'remainingBudget',
    'proteinSpent',
    'carbsSpent',
    'vegetablesSpent',
    'fruitsSpent',
    'otherSpent',
    'utilizationRate',
    'lastCalculated',
    'isActive',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: false,
};
