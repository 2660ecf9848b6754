/** Touches rollup cells: see warehouse/rollups/dirty.ts for which. */
import type { Source } from '../source.ts';

export const inventoryItems: Source = {
  table: 'inventory_items',
  columns: [
    'id',
    'sppgId',
    'itemName',
    'itemCode',
    'category',
    'unit',
    'currentStock',
    'minStock',
    'maxStock',
    'lastPrice',
    'averagePrice',
    'hasExpiry',
    'shelfLife',
    'isActive',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: true,
  place: { sppg_id: 'sppgId' },
};
