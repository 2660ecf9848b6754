/** Every extract; docs/reports-authoring.md lists them (tests/unit/narrative.test.ts). */
import type { Extract } from './extract.ts';
import { nationDaily } from './nation_daily.ts';
import { nationExpected } from './nation_expected.ts';
import { nationMonthly, nationSplits } from './periods.ts';
import { completeDaily, completeProvinces, dueReports, foundRules, outliers, sheetTimes } from './quality.ts';
import { edition, kpis, provinces } from './reference.ts';
import { standing, targets } from './standing.ts';

export const extracts: readonly Extract[] = [
  ...[edition, kpis, provinces],
  ...[nationDaily, nationExpected, nationMonthly, nationSplits, standing, targets],
  ...[completeDaily, completeProvinces, sheetTimes, foundRules, dueReports, outliers],
];
