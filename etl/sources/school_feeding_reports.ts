/** Touches rollup cells: see warehouse/rollups/dirty.ts for which. */
import type { Source } from '../source.ts';

export const schoolFeedingReports: Source = {
  table: 'school_feeding_reports',
  columns: [
    'id',
    'distributionId',
    'schoolId',
    'reportDate',
    'reportType',
    'totalStudentsServed',
    'totalPortionsServed',
    'totalPortionsConsumed',
    'wastePercentage',
    'attendanceRate',
    'participationRate',
    'foodTemperature',
    'tasteRating',
    'overallRating',
    'reportStatus',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: true,
  place: { distribution_id: 'distributionId' },
};
