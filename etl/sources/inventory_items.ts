/** Replicated as it is; no rollup reads it yet. */
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
  cells: false,
};
