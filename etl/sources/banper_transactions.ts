/** Touches rollup cells: see warehouse/rollups/dirty.ts for which. */
import type { Source } from '../source.ts';

export const banperTransactions: Source = {
  table: 'banper_transactions',
  columns: [
    'id',
    'sppgId',
    'virtualAccountId',
    'banperRequestId',
    'transactionNumber',
    'transactionDate',
    'transactionType',
    'amount',
    'balanceBefore',
    'balanceAfter',
    'purpose',
    'category',
    'approvedAt',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: true,
  place: { sppg_id: 'sppgId', at: 'transactionDate' },
};
