/** Every ministry document: what can be asked for (warehouse/exports/documents.ts) with how it is read. */
import { dailyOperations } from './kinds/daily_operations.ts';
import { dataQuality } from './kinds/data_quality.ts';
import { fortnightFunds } from './kinds/fortnight_funds.ts';
import { monthlyEvaluation } from './kinds/monthly_evaluation.ts';
import { nationalSummary } from './kinds/national_summary.ts';
import { safetyReport } from './kinds/safety_report.ts';
import type { ReportKind } from './report.ts';

export const reportKinds: readonly ReportKind[] = [
  fortnightFunds,
  dailyOperations,
  monthlyEvaluation,
  nationalSummary,
  safetyReport,
  dataQuality,
];
