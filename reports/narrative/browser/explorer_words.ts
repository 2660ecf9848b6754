/** Words of the explorer. */
import type { Language } from '../../../warehouse/kpis/format.ts';

const id = {
  measure: 'Ukuran',
  unit: 'Unit',
  find: 'Unit lain, juga dapur: lewat kotak pencarian di atas.',
  grain: 'Rincian',
  from: 'Dari',
  to: 'Sampai',
  compare: 'Bandingkan dengan',
  show: 'Tampilkan',
  csv: 'CSV harian per dapur',
  up: 'Ke lingkup saya',
  grains: { day: 'hari', week: 'pekan', fortnight: 'dua minggu', month: 'bulan', quarter: 'triwulan', year: 'tahun' },
  comparisons: { none: 'tidak ada', previous: 'periode sebelumnya', year: 'tahun lalu' },
  noData: 'Belum ada data untuk pilihan ini.',
  loading: 'memuat …',
  loaded: (points: number) => `${points} titik`,
  signIn: 'Masuk dulu untuk menjelajah.',
  unread: 'Sistem tidak dapat dihubungi.',
  again: 'Coba lagi',
};
type Words = typeof id;
const en: Words = {
  measure: 'Measure',
  unit: 'Unit',
  find: 'Other units, kitchens too: by the box above.',
  grain: 'By',
  from: 'From',
  to: 'To',
  compare: 'Compare with',
  show: 'Show',
  csv: 'Daily CSV by kitchen',
  up: 'To my scope',
  grains: { day: 'day', week: 'week', fortnight: 'fortnight', month: 'month', quarter: 'quarter', year: 'year' },
  comparisons: { none: 'nothing', previous: 'the period before', year: 'last year' },
  noData: 'There is no data for this choice yet.',
  loading: 'loading …',
  loaded: (points) => `${points} points`,
  signIn: 'Sign in to explore.',
  unread: 'The system cannot be reached.',
  again: 'Try again',
};
export const explorerWords = (language: Language): Words => (language === 'id' ? id : en);
