/** Touches rollup cells: see warehouse/rollups/dirty.ts for which. */
import type { Source } from '../source.ts';

export const menuNutritionCalculations: Source = {
  table: 'menu_nutrition_calculations',
  columns: [
    'id',
    'menuId',
    'requirementId',
    'totalCalories',
    'totalProtein',
    'totalCarbs',
    'totalFat',
    'totalFiber',
    'caloriesDV',
    'proteinDV',
    'meetsCalorieAKG',
    'meetsProteinAKG',
    'meetsAKG',
    'calculatedAt',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: true,
  place: { menu_id: 'menuId' },
};
