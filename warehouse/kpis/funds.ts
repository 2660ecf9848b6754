/**
 * Government funds in the ministry's three rows: food, operations, rent and incentives. Beyond the published definitions: what
 * the fortnightly report on the use of funds is made of.
 */
import type { Kpi } from './kpi.ts';

const money = {
  section: 'funds',
  owner: 'finance',
  unit: 'idr',
  direction: 'none',
  target: null,
  supplement: true,
} as const;

export const funds: readonly Kpi[] = [
  {
    ...money,
    id: 'funds_planned',
    fact: 'tranche',
    split: 'spendingRow',
    name: { id: 'Dana direncanakan', en: 'Funds planned' },
    definition: {
      id: 'Nilai pengajuan dana dua mingguan yang tidak ditolak, pada hari pertama periodenya.',
      en: 'Requested tranches that were not rejected, on the first day of their period.',
    },
    num: 'sumOrNull(amount)',
    sources: ['banper_requests'],
  },
  {
    ...money,
    id: 'funds_received',
    fact: 'ledger',
    name: { id: 'Dana diterima', en: 'Funds received' },
    definition: { id: 'Dana yang masuk ke rekening dapur.', en: "Money that came into the kitchen's account." },
    num: "sumOrNullIf(amount, type = 'INBOUND')",
    sources: ['banper_transactions'],
  },
  {
    ...money,
    id: 'funds_used',
    fact: 'ledger',
    split: 'spendingRow',
    name: { id: 'Dana dipakai', en: 'Funds used' },
    definition: { id: 'Dana yang keluar dari rekening dapur.', en: "Money that left the kitchen's account." },
    num: "sumOrNullIf(amount, type = 'OUTBOUND')",
    sources: ['banper_transactions'],
  },
];
