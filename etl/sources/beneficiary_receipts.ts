/** Touches rollup cells: see warehouse/rollups/dirty.ts for which. */
import type { Source } from '../source.ts';

export const beneficiaryReceipts: Source = {
  table: 'beneficiary_receipts',
  columns: [
    'id',
    'sppgId',
    'deliveryId',
    'receiptNumber',
    'receiptDate',
    'beneficiaryCategory',
    'mealType',
    'menuName',
    'portionCount',
    'status',
    'receivedAt',
    'mealQuality',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: true,
  place: { sppg_id: 'sppgId', at: 'receiptDate' },
};
