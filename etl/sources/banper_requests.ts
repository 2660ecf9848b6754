/** Touches rollup cells: see warehouse/rollups/dirty.ts for which. */
import type { Source } from '../source.ts';

export const banperRequests: Source = {
  table: 'banper_requests',
  columns: [
    'id',
    'sppgId',
    'virtualAccountId',
    'requestNumber',
    'requestDate',
    'operationalPeriod',
    'totalBeneficiaries',
    'beneficiaryBreakdown',
    'dailyBudgetPerBeneficiary',
    'operationalDays',
    'foodCostTotal',
    'operationalCost',
    'transportCost',
    'utilityCost',
    'staffCost',
    'otherCosts',
    'totalAmount',
    'status',
    'submittedAt',
    'approvedAt',
    'disbursedAt',
    'createdAt',
    'updatedAt',
  ],
  key: ['id'],
  cells: true,
  place: { sppg_id: 'sppgId', period: 'operationalPeriod' },
};
