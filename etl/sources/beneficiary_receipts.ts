/** Replicated as it is; no rollup reads it yet. */
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
  cells: false,
};
