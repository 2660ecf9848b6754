/** Touches rollup cells: see warehouse/rollups/dirty.ts for which. */
import type { Source } from '../source.ts';

export const schoolBeneficiaries: Source = {
  table: 'school_beneficiaries',
  columns: [
    'id',
    'programId',
    'schoolName',
    'schoolCode',
    'schoolType',
    'schoolStatus',
    'villageId',
    'totalStudents',
    'targetStudents',
    'activeStudents',
    'students4to6Years',
    'students7to12Years',
    'students13to15Years',
    'students16to18Years',
    'feedingDays',
    'mealsPerDay',
    'enrollmentDate',
    'isActive',
    'suspendedAt',
    'beneficiaryType',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: true,
  place: { program_id: 'programId' },
};
