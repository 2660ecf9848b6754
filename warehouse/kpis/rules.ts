/**
 * Validation rules: what cannot be true, or hardly, counted per kitchen and day like any KPI: by the same facts, exact under the
 * same changes. Invariant: a finding never changes a number; impossible data is shown, not hidden.
 */
import type { Kpi } from './kpi.ts';

type Severity = 'error' | 'warning';
export type Rule = Omit<Kpi, 'limit'> & { severity: Severity };

/** A rule between two amounts of the same kitchen and period, which are rolled up already: it is read, not rolled up. */
export type Comparison = Pick<Rule, 'id' | 'owner' | 'severity' | 'name' | 'definition'> & {
  /** The id of a KPI that must not exceed `factor` times … */
  amount: string;
  /** … another KPI, what the kitchen is made for, or the amount's own limit. */
  limit: string | 'targetRecipients' | 'own';
  factor: number;
};

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

const rule = {
  section: 'data',
  unit: 'count',
  direction: 'down',
  target: { low: null, high: 0 },
  supplement: true,
} as const;
/** Days without a finding have no row. */
const violations = (condition: string) => `nullIf(countIf(ifNull(${condition}, false)), 0)`;

export const rules: readonly Rule[] = [
  {
    ...rule,
    id: 'batch_negative_amount',
    fact: 'production',
    owner: 'production',
    severity: 'error',
    name: { id: 'Angka batch negatif', en: 'Negative batch figures' },
    definition: { id: 'Porsi atau biaya batch di bawah nol.', en: 'Portions or costs of a batch below zero.' },
    num: violations(
      'plannedPortions < 0 OR ifNull(actualPortions, 0) < 0 OR estimatedCost < 0 OR ifNull(actualCost, 0) < 0',
    ),
    sources: ['food_productions'],
  },
  {
    ...rule,
    id: 'batch_ends_before_start',
    fact: 'production',
    owner: 'production',
    severity: 'error',
    name: { id: 'Batch selesai sebelum mulai', en: 'Batch ends before it starts' },
    definition: { id: 'Waktu selesai memasak lebih awal dari waktu mulai.', en: 'Cooking ended before it began.' },
    num: violations('actualEndTime < actualStartTime'),
    sources: ['food_productions'],
  },
  {
    ...rule,
    id: 'batch_unknown_status',
    fact: 'production',
    owner: 'production',
    severity: 'warning',
    name: { id: 'Status batch tidak dikenal', en: 'Unknown batch status' },
    definition: { id: 'Status batch di luar daftar yang dikenal.', en: 'A batch has a status that is not known.' },
    num: violations("status NOT IN ('PLANNED', 'PREPARING', 'COOKING', 'QUALITY_CHECK', 'COMPLETED', 'CANCELLED')"),
    sources: ['food_productions'],
  },
  {
    ...rule,
    id: 'batch_done_without_portions',
    fact: 'production',
    owner: 'production',
    severity: 'warning',
    name: { id: 'Batch selesai tanpa porsi', en: 'Completed batch without portions' },
    definition: {
      id: 'Batch selesai yang tidak mencatat porsi nyata.',
      en: 'A completed batch records no actual portions.',
    },
    num: violations('done AND actualPortions IS NULL'),
    sources: ['food_productions'],
  },
  {
    ...rule,
    id: 'check_score_out_of_range',
    fact: 'quality',
    owner: 'quality',
    severity: 'error',
    name: { id: 'Skor mutu di luar 0–100', en: 'Quality score outside 0–100' },
    definition: { id: 'Skor pemeriksaan mutu di luar 0–100.', en: 'A quality check scored outside 0–100.' },
    num: violations('score < 0 OR score > 100'),
    sources: ['quality_controls'],
  },
  {
    ...rule,
    id: 'run_implausible_temperature',
    fact: 'distribution',
    owner: 'distribution',
    severity: 'error',
    name: { id: 'Suhu tidak masuk akal', en: 'Implausible temperature' },
    definition: {
      id: 'Suhu tiba di bawah −10 °C atau di atas 110 °C.',
      en: 'Arrival temperature below −10 °C or above 110 °C.',
    },
    num: violations('arrivalTemp < -10 OR arrivalTemp > 110'),
    sources: ['food_distributions'],
  },
  {
    ...rule,
    id: 'run_times_out_of_order',
    fact: 'distribution',
    owner: 'distribution',
    severity: 'error',
    name: { id: 'Urutan waktu pengiriman salah', en: 'Delivery times out of order' },
    definition: {
      id: 'Tiba sebelum berangkat, atau sebelum masakan selesai.',
      en: 'Arrived before departure, or before cooking ended.',
    },
    num: violations('arrivalTime < departureTime OR arrivalTime < cookedAt'),
    sources: ['food_distributions', 'food_productions'],
  },
  {
    ...rule,
    id: 'run_negative_amount',
    fact: 'distribution',
    owner: 'distribution',
    severity: 'error',
    name: { id: 'Angka pengiriman negatif', en: 'Negative delivery figures' },
    definition: {
      id: 'Penerima atau biaya pengiriman di bawah nol.',
      en: 'Recipients or costs of a delivery below zero.',
    },
    num: violations(
      'plannedRecipients < 0 OR ifNull(actualRecipients, 0) < 0 OR ifNull(transportCost, 0) < 0 OR ifNull(fuelCost, 0) < 0 OR ifNull(otherCosts, 0) < 0',
    ),
    sources: ['food_distributions'],
  },
  {
    ...rule,
    id: 'run_unknown_status',
    fact: 'distribution',
    owner: 'distribution',
    severity: 'warning',
    name: { id: 'Status pengiriman tidak dikenal', en: 'Unknown delivery status' },
    definition: {
      id: 'Status pengiriman di luar daftar yang dikenal.',
      en: 'A delivery has a status that is not known.',
    },
    num: violations("status NOT IN ('SCHEDULED', 'PREPARING', 'IN_TRANSIT', 'DISTRIBUTING', 'COMPLETED', 'CANCELLED')"),
    sources: ['food_distributions'],
  },
  {
    ...rule,
    id: 'handover_negative_amount',
    fact: 'school',
    owner: 'distribution',
    severity: 'error',
    name: { id: 'Angka penyaluran negatif', en: 'Negative handover figures' },
    definition: { id: 'Porsi penyaluran ke sekolah di bawah nol.', en: 'Portions handed to a school below zero.' },
    num: violations('targetQuantity < 0 OR actualQuantity < 0'),
    sources: ['school_distributions'],
  },
  {
    ...rule,
    id: 'handover_unknown_status',
    fact: 'school',
    owner: 'distribution',
    severity: 'warning',
    name: { id: 'Status penyaluran tidak dikenal', en: 'Unknown handover status' },
    definition: {
      id: 'Status penyaluran di luar daftar yang dikenal.',
      en: 'A handover has a status that is not known.',
    },
    num: violations(
      "deliveryStatus NOT IN ('PLANNED', 'SCHEDULED', 'IN_TRANSIT', 'DELIVERED', 'CONFIRMED', 'ISSUE', 'CANCELLED')",
    ),
    sources: ['school_distributions'],
  },
  {
    ...rule,
    id: 'waste_negative_weight',
    fact: 'waste',
    owner: 'production',
    severity: 'error',
    name: { id: 'Berat limbah negatif', en: 'Negative waste' },
    definition: { id: 'Berat limbah di bawah nol.', en: 'A weight of waste below zero.' },
    num: violations('wasteWeight < 0'),
    sources: ['waste_management'],
  },
  {
    ...rule,
    id: 'feeding_consumed_over_served',
    fact: 'feeding',
    owner: 'nutrition',
    severity: 'warning',
    name: { id: 'Dimakan melebihi disajikan', en: 'Eaten more than served' },
    definition: { id: 'Porsi yang dimakan melebihi porsi yang disajikan.', en: 'More portions eaten than served.' },
    num: violations('totalPortionsConsumed > totalPortionsServed'),
    sources: ['school_feeding_reports'],
  },
  {
    ...rule,
    id: 'order_negative_amount',
    fact: 'order',
    owner: 'procurement',
    severity: 'error',
    name: { id: 'Nilai pesanan negatif', en: 'Negative order' },
    definition: { id: 'Nilai pesanan di bawah nol.', en: 'An order of less than nothing.' },
    num: violations('totalAmount < 0'),
    sources: ['procurements'],
  },
  {
    ...rule,
    id: 'order_delivered_before_ordered',
    fact: 'order',
    owner: 'procurement',
    severity: 'error',
    name: { id: 'Tiba sebelum dipesan', en: 'Delivered before ordered' },
    definition: { id: 'Barang tiba sebelum tanggal pemesanan.', en: 'Delivered before it was ordered.' },
    num: violations('actualDelivery < procurementDate'),
    sources: ['procurements'],
  },
  {
    ...rule,
    id: 'order_over_received',
    fact: 'order_line',
    owner: 'procurement',
    severity: 'warning',
    name: { id: 'Diterima jauh melebihi pesanan', en: 'Received far more than ordered' },
    definition: {
      id: 'Barang diterima lebih dari dua kali pesanan.',
      en: 'More than twice the ordered quantity was received.',
    },
    num: violations('receivedQuantity > 2 * orderedQuantity'),
    sources: ['procurement_items'],
  },
  {
    ...rule,
    id: 'rating_out_of_range',
    fact: 'feedback',
    owner: 'voice',
    severity: 'error',
    name: { id: 'Nilai kepuasan di luar 1–5', en: 'Rating outside 1–5' },
    definition: { id: 'Nilai kepuasan di luar 1–5.', en: 'A rating outside 1–5.' },
    num: violations('rating < 1 OR rating > 5'),
    sources: ['beneficiary_feedback'],
  },
  {
    ...rule,
    id: 'supplier_spelled_twice',
    fact: 'order_month',
    grain: 'month',
    owner: 'procurement',
    severity: 'warning',
    name: { id: 'Pemasok ganda', en: 'Duplicate suppliers' },
    definition: {
      id: 'Nama pemasok yang sama ditulis dengan cara berbeda dalam sebulan.',
      en: 'The same supplier is written in different ways within a month.',
    },
    num: 'nullIf(uniqExact(supplierName) - uniqExact(supplier), 0)',
    sources: ['procurements'],
  },
];
