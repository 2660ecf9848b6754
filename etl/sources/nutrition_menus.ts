/** Replicated as it is; no rollup reads it yet. */
import type { Source } from '../source.ts';

export const nutritionMenus: Source = {
  table: 'nutrition_menus',
  columns: [
    'id',
    'programId',
    'menuName',
    'menuCode',
    'mealType',
    'servingSize',
    'costPerServing',
    'isActive',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: false,
};
