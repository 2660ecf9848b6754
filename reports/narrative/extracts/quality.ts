/** How whole and how timely are the data, and what is wrong in them? Answers of the questions the API asks too. */
import { addDays } from '../../../warehouse/days.ts';
import { comparisons, rules } from '../../../warehouse/kpis/rules.ts';
import { completeDays, completenessByProvince, SHEETS, type Sheet } from '../../../warehouse/queries/completeness.ts';
import { findings } from '../../../warehouse/queries/findings.ts';
import { paymentRisks } from '../../../warehouse/queries/payment_risks.ts';
import { timeliness } from '../../../warehouse/queries/timeliness.ts';
import { warnings } from '../../../warehouse/queries/warnings.ts';
import type { Extract } from './extract.ts';

const nation = { level: 'national', id: '' } as const;
const sheets = Object.keys(SHEETS) as Sheet[];
/** Twelve weeks of days, four weeks of everything that is summed. */
const DAILY = 84;
const SUMMED = 28;

export const completeDaily: Extract = {
  source: 'quality',
  table: 'complete_daily',
  question: 'On each day, how many kitchens were to serve, and how many of them have every sheet?',
  columns: {
    day: { type: 'Date32', meaning: 'local day' },
    expected: { type: 'Float64', meaning: 'kitchens that were to serve' },
    complete: { type: 'Float64', meaning: 'of them, with every sheet' },
    provisional: { type: 'Bool', meaning: 'sheets of the day are still due' },
  },
  order: ['day'],
  async rows({ warehouse, last, provisional }) {
    const days = await completeDays(warehouse, nation, { from: addDays(last, 1 - DAILY), to: last });
    return days.map(({ date, expected, complete }) => ({
      ...{ day: date, expected, complete, provisional: provisional.waiting.includes(date) },
    }));
  },
};

export const completeProvinces: Extract = {
  source: 'quality',
  table: 'complete_provinces',
  question: 'In which provinces do sheets of the last 28 days miss, and which sheets?',
  columns: {
    unit: { type: 'String', meaning: 'id of the province' },
    kitchens: { type: 'Float64', meaning: 'kitchens that were to serve' },
    expected: { type: 'Float64', meaning: 'days of service of all of them' },
    complete: { type: 'Float64', meaning: 'of them, with every sheet' },
    no_production: { type: 'Float64', meaning: 'days without the production sheet' },
    no_quality: { type: 'Float64', meaning: 'days without the quality sheet' },
    no_distribution: { type: 'Float64', meaning: 'days without the distribution sheet' },
    no_schools: { type: 'Float64', meaning: 'days without the schools sheet' },
  },
  order: ['unit'],
  async rows({ warehouse, last }) {
    const provinces = await completenessByProvince(warehouse, { from: addDays(last, 1 - SUMMED), to: last });
    return provinces.map(({ province, kitchens, expected, complete, missing }) => ({
      ...{ unit: province, kitchens, expected, complete },
      ...Object.fromEntries(sheets.map((sheet) => [`no_${sheet}`, missing[sheet]])),
    }));
  },
};

export const sheetTimes: Extract = {
  source: 'quality',
  table: 'sheet_times',
  question: 'Of the sheets of the last 28 days, how many came in time, late, or not at all?',
  columns: {
    sheet: { type: 'String', meaning: 'production, quality, distribution, schools' },
    expected: { type: 'Float64', meaning: 'sheets due' },
    on_time: { type: 'Float64', meaning: 'there by the end of their day' },
    late: { type: 'Float64', meaning: 'later' },
    missing: { type: 'Float64', meaning: 'not there' },
    days_late: { type: 'Nullable(Float64)', meaning: 'mean delay of the late ones, in days' },
  },
  order: ['sheet'],
  async rows({ warehouse, last }) {
    const { totals } = await timeliness(warehouse, nation, { from: addDays(last, 1 - SUMMED), to: last }, 1);
    return sheets.map((sheet) => {
      const { onTime, late, missing, meanDaysLate } = totals.sheets[sheet];
      return { sheet, expected: totals.expected, on_time: onTime, late, missing, days_late: meanDaysLate };
    });
  },
};

export const foundRules: Extract = {
  source: 'quality',
  table: 'findings',
  question: 'Which rules do the data of the last 28 days break, how often, and in how many kitchens?',
  columns: {
    rule: { type: 'String', meaning: 'id of the rule' },
    name_id: { type: 'String', meaning: 'Indonesian name' },
    name_en: { type: 'String', meaning: 'English name' },
    severity: { type: 'String', meaning: 'error (cannot be true) or warning (hardly can)' },
    findings: { type: 'Float64', meaning: 'how often' },
    kitchens: { type: 'Float64', meaning: 'in how many kitchens' },
  },
  order: ['rule'],
  async rows({ warehouse, last }) {
    const all = [...rules, ...comparisons];
    const { totals } = await findings(warehouse, all, nation, { from: addDays(last, 1 - SUMMED), to: last }, 1);
    return totals.flatMap(({ rule: id, findings: found, kitchens }) => {
      const rule = all.find((candidate) => candidate.id === id);
      if (rule === undefined) return [];
      const { name, severity } = rule;
      return [{ rule: id, name_id: name.id, name_en: name.en, severity, findings: found, kitchens }];
    });
  },
};

export const dueReports: Extract = {
  source: 'quality',
  table: 'due_reports',
  question: 'How many fortnightly financial reports are not there yet, and how many are late, so that a tranche waits?',
  columns: {
    total: { type: 'Float64', meaning: 'reports not submitted' },
    late: { type: 'Float64', meaning: 'of them, past their last day' },
  },
  order: ['total'],
  async rows({ warehouse, today }) {
    const { total, late } = await paymentRisks(warehouse, nation, today, 1);
    return [{ total, late }];
  },
};

export const outliers: Extract = {
  source: 'quality',
  table: 'warnings',
  question:
    'Which regencies lay farthest outside of what the same weekdays before led to expect, on the last day of service?',
  columns: {
    kpi: { type: 'String', meaning: 'KPI' },
    unit: { type: 'String', meaning: 'id of the regency' },
    name: { type: 'String', meaning: 'its name' },
    value: { type: 'Float64', meaning: 'value of the day' },
    low: { type: 'Float64', meaning: 'lower limit of the expected range' },
    high: { type: 'Float64', meaning: 'upper limit of the expected range' },
    distance: { type: 'Nullable(Float64)', meaning: 'widths of the range from its middle' },
    total: { type: 'Float64', meaning: 'warnings of the day in all' },
  },
  order: ['kpi', 'unit'],
  async rows({ warehouse, kpis, last }) {
    const { total, warnings: found } = await warnings(warehouse, kpis, nation, last, 40);
    return found.map(({ kpi, scope, name, value, expected, distance }) => ({
      ...{ kpi, unit: scope.replace('regency:', ''), name, value, low: expected.low, high: expected.high },
      ...{ distance: Number.isFinite(distance) ? distance : null, total },
    }));
  },
};
