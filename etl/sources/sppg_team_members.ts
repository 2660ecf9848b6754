/** Touches rollup cells: see warehouse/rollups/dirty.ts for which. */
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
  cells: true,
  place: { sppg_id: 'sppgId' },
};
