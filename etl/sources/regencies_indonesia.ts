/** Replicated as it is; no rollup reads it yet. */
import type { Source } from '../source.ts';

export const regenciesIndonesia: Source = {
  table: 'regencies_indonesia',
  columns: [
    'id',
    'provinceId',
    'regencyCode',
    'regencyName',
    'regencyType',
    'population',
    'isActive',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: false,
};
