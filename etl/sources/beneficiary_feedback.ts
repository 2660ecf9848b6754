/** Replicated as it is; no rollup reads it yet. */
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
  cells: false,
};
