/** Voice of beneficiaries: feedback by the local day it came in, and incidents reported by monitoring month. */
import type { Kpi } from './kpi.ts';

const feedback = { section: 'voice', fact: 'feedback', sources: ['beneficiary_feedback'] } as const;
const complaint =
  "feedbackType IN ('COMPLAINT', 'QUALITY_ISSUE', 'SERVICE_ISSUE', 'PORTION_ISSUE', 'NUTRITION_CONCERN')";

export const voice: readonly Kpi[] = [
  {
    ...feedback,
    id: 'satisfaction',
    owner: 'voice',
    name: { id: 'Kepuasan', en: 'Satisfaction' },
    definition: {
      id: 'Rata-rata nilai 1–5 dari penerima; ditampilkan bila ada sedikitnya lima penilaian.',
      en: 'Mean rating of 1–5; shown from five ratings on.',
    },
    unit: 'rating',
    direction: 'up',
    target: null,
    minimum: 5,
    people: ['den'],
    num: 'sum(rating)',
    den: 'count(rating)',
  },
  {
    ...feedback,
    id: 'complaints_answered_24h',
    owner: 'voice',
    name: { id: 'Keluhan terjawab 24 jam', en: 'Complaints answered in 24 h' },
    definition: {
      id: 'Keluhan yang dijawab paling lama 24 jam, dibagi keluhan yang sudah dijawab atau lebih tua dari 24 jam.',
      en: 'Complaints answered within 24 hours, over those answered or older than 24 hours.',
    },
    unit: 'percent',
    direction: 'up',
    target: null,
    people: ['den'],
    num: `countIf(${complaint} AND respondedAt <= createdAt + INTERVAL 24 HOUR)`,
    den: `countIf(${complaint} AND (respondedAt IS NOT NULL OR createdAt + INTERVAL 24 HOUR < {now:DateTime64(6, 'UTC')}))`,
  },
  {
    ...feedback,
    id: 'suspected_incidents',
    owner: 'quality',
    name: { id: 'Dugaan insiden', en: 'Suspected incidents' },
    definition: { id: 'Jumlah masukan dengan prioritas kritis.', en: 'Feedback of critical priority.' },
    unit: 'count',
    direction: 'down',
    target: { low: null, high: 0 },
    critical: 'outside',
    num: "countIf(priority = 'CRITICAL')",
  },
  {
    section: 'voice',
    fact: 'incident_month',
    grain: 'month',
    sources: ['program_monitoring', 'nutrition_programs'],
    id: 'food_safety_incidents',
    owner: 'quality',
    name: { id: 'Insiden keamanan pangan', en: 'Food safety incidents' },
    definition: {
      id: 'Insiden keamanan pangan menurut laporan pemantauan bulanan program.',
      en: "Food safety incidents from the programmes' monthly monitoring.",
    },
    unit: 'count',
    direction: 'down',
    target: { low: null, high: 0 },
    critical: 'outside',
    num: 'sumOrNull(foodSafetyIncidents)',
  },
];
