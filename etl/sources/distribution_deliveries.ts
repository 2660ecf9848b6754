/** No rollup reads it yet. Whom a delivery is for may be a person at home: the name stays in the source. */
import type { Source } from '../source.ts';

export const distributionDeliveries: Source = {
  table: 'distribution_deliveries',
  columns: [
    'id',
    'scheduleId',
    'targetType',
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
