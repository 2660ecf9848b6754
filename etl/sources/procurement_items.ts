/** Touches rollup cells: see warehouse/rollups/dirty.ts for which. */
import type { Source } from '../source.ts';

export const procurementItems: Source = {
  table: 'procurement_items',
  columns: [
    'id',
    'procurementId',
    'inventoryItemId',
    'itemName',
    'itemCode',
    'category',
    'orderedQuantity',
    'receivedQuantity',
    'unit',
    'pricePerUnit',
    'totalPrice',
    'discountAmount',
    'finalPrice',
    'expiryDate',
    'isAccepted',
    'returnedQuantity',
  ],
  key: ['id'],
  cells: true,
  place: { order_id: 'procurementId' },
  parent: { table: 'procurements', column: 'procurementId' },
};
