/** Replicated as it is; no rollup reads it yet. */
import type { Source } from '../source.ts';

export const distributionDeliveries: Source = {
  table: 'distribution_deliveries',
  columns: [
    'id',
    'scheduleId',
    'targetType',
    'targetName',
    'estimatedArrival',
    'actualArrival',
    'portionsDelivered',
    'status',
    'deliveredAt',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: false,
};
