/** Replicated as it is; no rollup reads it yet. */
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
  cells: false,
};
