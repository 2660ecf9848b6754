/**
 * Validation rules: what cannot be true, or hardly, counted per kitchen and day like any KPI: by the same facts, exact under the
 * same changes. Invariant: a finding never changes a number; impossible data is shown, not hidden.
 */
import { delivery } from './rules/delivery.ts';
import { kitchen } from './rules/kitchen.ts';
import { money } from './rules/money.ts';
import { reports } from './rules/reports.ts';
import type { Comparison, Rule } from './rules/rule.ts';

export const rules: readonly Rule[] = [...kitchen, ...delivery, ...money, ...reports];

export const comparisons: readonly Comparison[] = [
  {
    id: 'delivered_over_produced',
    owner: 'distribution',
    severity: 'error',
    name: { id: 'Tersalur melebihi produksi', en: 'Delivered more than produced' },
    definition: {
      id: 'Porsi tersalur sehari melebihi porsi yang dimasak.',
      en: "A day's delivered portions exceed those cooked.",
    },
    amount: 'portions_delivered',
    limit: 'portions_produced',
    factor: 1,
  },
  {
    id: 'produced_over_capacity',
    owner: 'production',
    severity: 'warning',
    name: { id: 'Produksi melebihi kapasitas', en: 'Produced beyond capacity' },
    definition: {
      id: 'Porsi dimasak sehari lebih dari 1,2 kali sasaran penerima dapur.',
      en: "A day's portions exceed 1.2 times the kitchen's target recipients.",
    },
    amount: 'portions_produced',
    limit: 'targetRecipients',
    factor: 1.2,
  },
  {
    id: 'budget_alert',
    owner: 'finance',
    severity: 'warning',
    name: { id: 'Anggaran mencapai ambang peringatan', en: 'Budget at its alert threshold' },
    definition: {
      id: 'Belanja sebulan mencapai ambang peringatan anggaran dapur yang berlaku pada bulan itu.',
      en: "A month's spending reaches the alert threshold of the kitchen's budget in force in that month.",
    },
    amount: 'budget_absorption',
    limit: 'own',
    factor: 1,
  },
  {
    id: 'coverage_over_limit',
    owner: 'distribution',
    severity: 'warning',
    name: { id: 'Penerima melebihi batas dapur', en: 'More people than a kitchen may serve' },
    definition: {
      id: 'Penerima manfaat aktif lebih dari 2.500 orang pada hari terakhir yang dilihat.',
      en: 'More than 2,500 active beneficiaries on the last day looked at.',
    },
    amount: 'coverage',
    limit: 'own',
    factor: 1,
  },
];
