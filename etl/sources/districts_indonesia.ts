/** Replicated as it is; no rollup reads it yet. */
import type { Source } from '../source.ts';

export const districtsIndonesia: Source = {
  table: 'districts_indonesia',
  columns: ['id', 'regencyId', 'districtCode', 'districtName', 'isActive', 'createdAt', 'updatedAt'],
  key: ['id'],
  cells: false,
};
