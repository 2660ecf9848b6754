/** Receipts by beneficiaries: the only source that tells small portions from large ones. */
import type { Kpi } from './kpi.ts';

export const receipts: readonly Kpi[] = [
  {
    section: 'schools',
    fact: 'receipt',
    split: 'portionSize',
    supplement: true,
    id: 'portions_received',
    owner: 'distribution',
    name: { id: 'Porsi diterima', en: 'Portions received' },
    definition: {
      id: 'Porsi pada tanda terima penerima manfaat. Porsi kecil: balita, PAUD, TK, SD kelas 1–3; porsi besar: yang lain.',
      en: 'Portions on receipts of beneficiaries. Small: toddlers, early childhood, kindergarten, grades 1–3; large: the others.',
    },
    unit: 'portions',
    direction: 'none',
    target: null,
    num: "sumOrNullIf(portionCount, status = 'RECEIVED')",
    sources: ['beneficiary_receipts'],
  },
];
