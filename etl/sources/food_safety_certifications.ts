/** Replicated as it is; no rollup reads it yet. */
import type { Source } from '../source.ts';

export const foodSafetyCertifications: Source = {
  table: 'food_safety_certifications',
  columns: [
    'id',
    'sppgId',
    'certificationName',
    'certifyingBody',
    'certificateNumber',
    'issuedDate',
    'expiryDate',
    'status',
    'assessmentScore',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: false,
};
