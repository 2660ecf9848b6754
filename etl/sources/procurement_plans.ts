/** Replicated as it is; no rollup reads it yet. */
import type { Source } from '../source.ts';

export const procurementPlans: Source = {
  table: 'procurement_plans',
  columns: [
    'id',
    'sppgId',
    'programId',
    'planName',
    'planMonth',
    'planYear',
    'planQuarter',
    'totalBudget',
    'allocatedBudget',
    'usedBudget',
    'remainingBudget',
    'targetRecipients',
    'targetMeals',
    'costPerMeal',
    'approvalStatus',
    'approvedAt',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: false,
};
