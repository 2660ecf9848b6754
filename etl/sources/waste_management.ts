/** Touches rollup cells: see warehouse/rollups/dirty.ts for which. */
import type { Source } from '../source.ts';

export const wasteManagement: Source = {
  table: 'waste_management',
  columns: [
    'id',
    'sppgId',
    'wasteDate',
    'wasteType',
    'wasteWeight',
    'wasteSource',
    'ingredientValue',
    'disposalCost',
    'disposalMethod',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: true,
  place: { sppg_id: 'sppgId', at: 'wasteDate' },
};
