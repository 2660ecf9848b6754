/** Touches rollup cells: see warehouse/rollups/dirty.ts for which. */
import type { Source } from '../source.ts';

export const programMonitoring: Source = {
  table: 'program_monitoring',
  columns: [
    'id',
    'programId',
    'monitoringMonth',
    'monitoringYear',
    'reportingWeek',
    'targetRecipients',
    'activeRecipients',
    'feedingDaysPlanned',
    'feedingDaysCompleted',
    'totalMealsProduced',
    'totalMealsDistributed',
    'wastePercentage',
    'budgetAllocated',
    'budgetUtilized',
    'complaintCount',
    'foodSafetyIncidents',
    'temperatureCompliance',
    'staffAttendance',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: true,
  place: { program_id: 'programId', month: 'monitoringMonth', year: 'monitoringYear' },
};
