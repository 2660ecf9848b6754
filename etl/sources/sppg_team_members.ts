/** Replicated as it is; no rollup reads it yet. */
import type { Source } from '../source.ts';

export const sppgTeamMembers: Source = {
  table: 'sppg_team_members',
  columns: [
    'id',
    'sppgId',
    'role',
    'isVolunteer',
    'recruitmentSource',
    'dailyWage',
    'isActive',
    'joinDate',
    'leaveDate',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: false,
};
