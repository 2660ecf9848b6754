/** Replicated as it is; no rollup reads it yet. */
import type { Source } from '../source.ts';

export const sppgVirtualAccounts: Source = {
  table: 'sppg_virtual_accounts',
  columns: [
    'id',
    'sppgId',
    'bankCode',
    'isActive',
    'activatedAt',
    'currentBalance',
    'lastUpdatedBalance',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: false,
};
