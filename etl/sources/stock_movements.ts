/** Replicated as it is; no rollup reads it yet. */
import type { Source } from '../source.ts';

export const stockMovements: Source = {
  table: 'stock_movements',
  columns: [
    'id',
    'inventoryId',
    'movementType',
    'quantity',
    'unit',
    'stockBefore',
    'stockAfter',
    'unitCost',
    'totalCost',
    'referenceType',
    'referenceId',
    'batchNumber',
    'expiryDate',
    'movedBy',
    'movedAt',
    'approvedAt',
  ],
  key: ['id'],
  cells: false,
  parent: { table: 'inventory_items', column: 'inventoryId' },
};
