/** Replicated as it is; no rollup reads it yet. */
import type { Source } from '../source.ts';

export const laboratoryTests: Source = {
  table: 'laboratory_tests',
  columns: [
    'id',
    'sppgId',
    'testDate',
    'testType',
    'sampleId',
    'testStatus',
    'isCompliant',
    'retestRequired',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: false,
};
