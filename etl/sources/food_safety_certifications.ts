/** Touches rollup cells: see warehouse/rollups/dirty.ts for which. */
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
  cells: true,
  place: { sppg_id: 'sppgId', expires_at: 'expiryDate' },
};
