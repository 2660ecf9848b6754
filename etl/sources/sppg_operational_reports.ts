/** Touches rollup cells: see warehouse/rollups/dirty.ts for which. */
import type { Source } from '../source.ts';

export const sppgOperationalReports: Source = {
  table: 'sppg_operational_reports',
  columns: [
    'id',
    'sppgId',
    'reportNumber',
    'reportType',
    'reportPeriod',
    'reportDate',
    'beneficiariesServed',
    'mealsDistributed',
    'totalExpenses',
    'foodSafetyScore',
    'distributionEfficiency',
    'budgetAllocated',
    'budgetUtilized',
    'status',
    'submittedAt',
    'approvedAt',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: true,
  place: { sppg_id: 'sppgId', type: 'reportType', period: 'reportPeriod' },
};
