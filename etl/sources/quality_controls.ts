/** Touches rollup cells: see warehouse/rollups/dirty.ts for which. */
import type { Source } from '../source.ts';

export const qualityControls: Source = {
  table: 'quality_controls',
  columns: [
    'id',
    'productionId',
    'checkType',
    'checkTime',
    'checkedBy',
    'parameter',
    'expectedValue',
    'actualValue',
    'passed',
    'score',
    'severity',
    'actionRequired',
    'actionTaken',
    'actionDate',
    'followUpRequired',
    'followUpDate',
    'createdAt',
  ],
  key: ['id'],
  cells: true,
  place: { at: 'checkTime', production_id: 'productionId' },
  parent: { table: 'food_productions', column: 'productionId' },
};
