/** Replicated as it is; no rollup reads it yet. */
import type { Source } from '../source.ts';

export const distributionSchedules: Source = {
  table: 'distribution_schedules',
  columns: [
    'id',
    'sppgId',
    'distributionDate',
    'wave',
    'targetCategories',
    'estimatedBeneficiaries',
    'menuName',
    'portionSize',
    'totalPortions',
    'deliveryMethod',
    'packagingCost',
    'fuelCost',
    'status',
    'startedAt',
    'completedAt',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: false,
};
