/** Names and e-mail addresses stay in the source: rollups and roles need neither. */
import type { Source } from '../source.ts';

export const users: Source = {
  table: 'users',
  columns: ['id', 'userType', 'userRole', 'sppgId', 'isActive', 'lastLogin', 'timezone', 'createdAt', 'updatedAt'],
  key: ['id'],
  cells: false,
};
