/** Touches rollup cells: see warehouse/rollups/dirty.ts for which. */
import type { Source } from '../source.ts';

export const provincesIndonesia: Source = {
  table: 'provinces_indonesia',
  columns: ['id', 'provinceCode', 'provinceName', 'region', 'timezone', 'isActive', 'createdAt', 'updatedAt'],
  key: ['id'],
  cells: true,
};
