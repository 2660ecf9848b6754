/** Rules of what people say and report: feedback, month and fortnight reports. */
import { type Rule, rule } from './rule.ts';

export const reports: readonly Rule[] = [
  rule({
    id: 'rating_out_of_range',
    fact: 'feedback',
    owner: 'voice',
    severity: 'error',
    name: { id: 'Nilai kepuasan di luar 1–5', en: 'Rating outside 1–5' },
    definition: { id: 'Nilai kepuasan di luar 1–5.', en: 'A rating outside 1–5.' },
    when: 'rating < 1 OR rating > 5',
    sources: ['beneficiary_feedback'],
  }),
  rule({
    id: 'feedback_answered_before_given',
    fact: 'feedback',
    owner: 'voice',
    severity: 'error',
    name: { id: 'Terjawab sebelum disampaikan', en: 'Answered before it was given' },
    definition: {
      id: 'Dijawab atau diselesaikan sebelum umpan balik dibuat.',
      en: 'Answered or resolved before the feedback was given.',
    },
    when: 'respondedAt < createdAt OR resolvedAt < createdAt',
    sources: ['beneficiary_feedback'],
  }),
  rule({
    id: 'feedback_unknown_kind',
    fact: 'feedback',
    owner: 'voice',
    severity: 'warning',
    name: { id: 'Jenis umpan balik tidak dikenal', en: 'Unknown kind of feedback' },
    definition: {
      id: 'Jenis atau prioritas umpan balik di luar daftar yang dikenal.',
      en: 'Feedback is of a kind or priority that is not known.',
    },
    when: "feedbackType NOT IN ('COMPLAINT', 'SUGGESTION', 'COMPLIMENT', 'INQUIRY', 'QUALITY_ISSUE', 'SERVICE_ISSUE', 'PORTION_ISSUE', 'NUTRITION_CONCERN') OR priority NOT IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')",
    sources: ['beneficiary_feedback'],
  }),
  rule({
    id: 'monitoring_negative_amount',
    fact: 'incident_month',
    grain: 'month',
    owner: 'quality',
    severity: 'error',
    name: { id: 'Angka pemantauan negatif', en: 'Negative monitoring figures' },
    definition: {
      id: 'Insiden, keluhan, hari atau porsi pada laporan bulanan di bawah nol.',
      en: 'Incidents, complaints, days or meals of a month report below zero.',
    },
    when: 'foodSafetyIncidents < 0 OR complaintCount < 0 OR feedingDaysPlanned < 0 OR feedingDaysCompleted < 0 OR totalMealsProduced < 0 OR totalMealsDistributed < 0',
    sources: ['program_monitoring'],
  }),
  rule({
    id: 'monitoring_implausible',
    fact: 'incident_month',
    grain: 'month',
    owner: 'quality',
    severity: 'warning',
    name: { id: 'Laporan bulanan tidak masuk akal', en: 'Implausible month report' },
    definition: {
      id: 'Lebih dari 31 hari, porsi tersalur melebihi produksi, atau persentase di luar 0–100.',
      en: 'More than 31 days, more meals distributed than produced, or a share outside 0–100.',
    },
    when: 'feedingDaysPlanned > 31 OR feedingDaysCompleted > 31 OR totalMealsDistributed > totalMealsProduced OR wastePercentage < 0 OR wastePercentage > 100 OR staffAttendance < 0 OR staffAttendance > 100 OR temperatureCompliance < 0 OR temperatureCompliance > 100',
    sources: ['program_monitoring'],
  }),
  rule({
    id: 'report_sent_early',
    fact: 'fortnight_report',
    grain: 'fortnight',
    owner: 'finance',
    severity: 'warning',
    name: { id: 'Laporan dikirim sebelum periodenya berakhir', en: 'Report sent before its period ended' },
    definition: {
      id: 'Laporan dua mingguan dikirim sebelum hari terakhir periodenya.',
      en: 'A fortnightly report was submitted before the last day of its period.',
    },
    when: 'submitted < day',
    sources: ['sppg_operational_reports'],
  }),
];
