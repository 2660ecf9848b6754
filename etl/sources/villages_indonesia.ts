/** Replicated as it is; no rollup reads it yet. */
import type { Source } from '../source.ts';

export const villagesIndonesia: Source = {
  table: 'villages_indonesia',
  columns: ['id', 'districtId', 'villageCode', 'villageName', 'villageType', 'isActive', 'createdAt', 'updatedAt'],
  key: ['id'],
  cells: false,
};
