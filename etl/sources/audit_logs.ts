/** Old and new values, addresses and free text may name people and stay in the source. */
import type { Source } from '../source.ts';

export const auditLogs: Source = {
  table: 'audit_logs',
  columns: ['id', 'entityType', 'entityId', 'action', 'userId', 'sppgId', 'createdAt'],
  key: ['id'],
  cells: false,
};
