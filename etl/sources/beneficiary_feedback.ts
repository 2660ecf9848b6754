/** Touches rollup cells: see warehouse/rollups/dirty.ts for which. */
import type { Source } from '../source.ts';

export const beneficiaryFeedback: Source = {
  table: 'beneficiary_feedback',
  columns: [
    'id',
    'sppgId',
    'programId',
    'beneficiaryId',
    'beneficiaryType',
    'feedbackType',
    'rating',
    'menuId',
    'distributionId',
    'anonymous',
    'status',
    'priority',
    'category',
    'sentiment',
    'responseRequired',
    'respondedAt',
    'resolved',
    'resolvedAt',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: true,
  place: { sppg_id: 'sppgId', at: 'createdAt' },
};
