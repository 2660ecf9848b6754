/** Every replicated table, parents before children. */
import type { Source } from '../source.ts';
import { auditLogs } from './audit_logs.ts';
import { banperRequests } from './banper_requests.ts';
import { banperTransactions } from './banper_transactions.ts';
import { beneficiaryFeedback } from './beneficiary_feedback.ts';
import { beneficiaryReceipts } from './beneficiary_receipts.ts';
import { budgetTracking } from './budget_tracking.ts';
import { dailyFoodSamples } from './daily_food_samples.ts';
import { distributionDeliveries } from './distribution_deliveries.ts';
import { distributionSchedules } from './distribution_schedules.ts';
import { districtsIndonesia } from './districts_indonesia.ts';
import { foodDistributions } from './food_distributions.ts';
import { foodProductions } from './food_productions.ts';
import { foodSafetyCertifications } from './food_safety_certifications.ts';
import { inventoryItems } from './inventory_items.ts';
import { laboratoryTests } from './laboratory_tests.ts';
import { menuNutritionCalculations } from './menu_nutrition_calculations.ts';
import { nutritionMenus } from './nutrition_menus.ts';
import { nutritionPrograms } from './nutrition_programs.ts';
import { nutritionRequirements } from './nutrition_requirements.ts';
import { procurementItems } from './procurement_items.ts';
import { procurementPlans } from './procurement_plans.ts';
import { procurements } from './procurements.ts';
import { programMonitoring } from './program_monitoring.ts';
import { provincesIndonesia } from './provinces_indonesia.ts';
import { qualityControls } from './quality_controls.ts';
import { regenciesIndonesia } from './regencies_indonesia.ts';
import { schoolBeneficiaries } from './school_beneficiaries.ts';
import { schoolDistributions } from './school_distributions.ts';
import { schoolFeedingReports } from './school_feeding_reports.ts';
import { sppg } from './sppg.ts';
import { sppgOperationalReports } from './sppg_operational_reports.ts';
import { sppgTeamMembers } from './sppg_team_members.ts';
import { sppgVirtualAccounts } from './sppg_virtual_accounts.ts';
import { stockMovements } from './stock_movements.ts';
import { users } from './users.ts';
import { villagesIndonesia } from './villages_indonesia.ts';
import { wasteManagement } from './waste_management.ts';

export const sources: readonly Source[] = [
  provincesIndonesia,
  regenciesIndonesia,
  sppg,
  users,
  auditLogs,
  nutritionPrograms,
  schoolBeneficiaries,
  nutritionMenus,
  nutritionRequirements,
  menuNutritionCalculations,
  inventoryItems,
  stockMovements,
  procurementPlans,
  procurements,
  procurementItems,
  foodProductions,
  qualityControls,
  foodDistributions,
  schoolDistributions,
  schoolFeedingReports,
  wasteManagement,
  beneficiaryFeedback,
  budgetTracking,
  districtsIndonesia,
  villagesIndonesia,
  sppgVirtualAccounts,
  banperRequests,
  banperTransactions,
  distributionSchedules,
  distributionDeliveries,
  beneficiaryReceipts,
  foodSafetyCertifications,
  dailyFoodSamples,
  laboratoryTests,
  programMonitoring,
  sppgTeamMembers,
  sppgOperationalReports,
];
