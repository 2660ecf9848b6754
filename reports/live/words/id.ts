/** The screen in Indonesian, its first language: short, active, plain. */
import { formatShort } from '../../../warehouse/kpis/format.ts';

const many = (count: number) => formatShort(count, 'count') ?? '';

export const id = {
  // The frame
  skip: 'Langsung ke isi',
  loading: 'memuat …',
  noData: 'belum ada data',
  withheld: 'ditahan (< 5 orang)',
  areas: 'Wilayah',
  signOut: 'Keluar',
  close: 'Tutup',
  table: 'Tabel',
  dictionary: 'Kamus data',
  health: 'Keadaan sistem',
  date: 'Tanggal',
  today: 'Hari ini',
  documents: 'Dokumen',
  todayOnly: 'Peran Anda melihat operasi hari ini saja.',
  // The first sentence
  delivered: (done: string, of: string) => `${done} dari ${of} porsi sudah tersalur`,
  notDelivered: 'belum ada data penyaluran',
  allWell: 'semua ukuran dalam batas',
  measuresWrong: (count: number) => `${many(count)} ukuran perlu perhatian`,
  placesWrong: (count: number, level: string) => `${many(count)} ${level} perlu perhatian`,
  provisional: 'sementara',
  // Connection and age
  connected: 'tersambung',
  connecting: 'menyambung …',
  disconnected: (attempt: number) => `terputus, percobaan ${attempt}`,
  offline: (attempt: number) => `luring, percobaan ${attempt}`,
  dataAge: (span: string) => `data ${span} lalu`,
  lastUpdate: (time: string) => `pembaruan terakhir ${time}`,
  noUpdateYet: 'belum ada pembaruan sejak layar dibuka',
  stale: (time: string) =>
    `Data belum diperbarui sejak ${time}. Angka yang tampak berlaku sampai saat itu; sambungan dicoba terus.`,
  kept: (time: string) =>
    `Luring: yang tampak adalah data terakhir yang tersimpan di perangkat ini, dibaca ${time}. Layar memperbarui sendiri begitu tersambung.`,
  unreadable: 'Data tidak dapat dibaca. Yang tampak adalah data terakhir; dicoba lagi sendiri.',
  refused: (reason: string) => `Tidak dapat ditampilkan: ${reason}`,
  refusal: (status: number) =>
    ({
      400: 'permintaan ini tidak dapat dibaca.',
      403: 'di luar lingkup atau peran Anda.',
      404: 'tidak ada wilayah atau dapur ini.',
    })[status] ?? `server menjawab ${status}.`,
  backHome: 'Ke lingkup saya',
  unreachable: 'Lumbung tidak dapat dihubungi. Mencoba lagi …',
  connectionLost: 'Sambungan terputus. Angka yang tampak adalah data terakhir.',
  connectionBack: 'Tersambung kembali.',
  // Widgets
  attention: 'Perlu perhatian',
  summary: 'Ringkasan',
  safety: 'Keamanan pangan',
  operations: 'Operasi',
  finance: 'Keuangan',
  quality: 'Mutu dan gizi',
  voice: 'Suara penerima',
  data: 'Mutu data',
  flow: 'Jalannya hari',
  where: 'Di mana',
  trend: 'Dari waktu ke waktu',
  calendar: 'Kalender',
  units: 'Wilayah dan dapur',
  insights: 'Peringatan dan temuan data',
  // What needs attention
  nothingWrong: 'Tidak ada yang perlu perhatian saat ini.',
  since: (time: string) => `sejak ${time}`,
  moreItems: (count: number) => `${many(count)} lagi`,
  aim: (onlyLimit: boolean) => (onlyLimit ? 'batas' : 'target'),
  usually: (low: string, high: string) => `biasanya ${low} – ${high}`,
  findings: (count: number) => (count === 1 ? 'satu temuan' : `${many(count)} temuan`),
  dueIn: (days: number) =>
    days < 0
      ? `terlambat ${-days} hari; pencairan berikutnya tertahan`
      : days === 0
        ? 'jatuh tempo hari ini'
        : `jatuh tempo dalam ${days} hari`,
  reportDue: 'Laporan dua mingguan',
  reportsDue: (count: number, late: number) =>
    `${many(count)} laporan dua mingguan belum masuk, ${many(late)} terlambat`,
  tableSetAside: (table: string) => `Tabel ${table} dikesampingkan; angka yang memakainya tidak diperbarui`,
  tableBack: (table: string) => `Tabel ${table} dipakai kembali`,
  siteFailed: (reason: string) => `Situs laporan gagal dibangun; terbitan lama tetap dibuka. ${reason}`,
  noInsights: (date: string) =>
    `Tidak ada peringatan statistik untuk ${date}, dan tidak ada temuan data dalam tujuh hari sampai hari itu.`,
  insightsTotal: (warnings: number, findings: number) =>
    `Seluruhnya ${many(warnings)} peringatan statistik, ${many(findings)} temuan data dalam tujuh hari. Peringatan adalah alasan untuk memeriksa, bukan penilaian.`,
  widgetUnread: 'Tidak dapat dibaca saat ini; dicoba lagi sendiri.',
  widgetRefused: 'Tidak tersedia untuk peran atau wilayah ini.',
  // Cards
  fromYesterday: 'dari kemarin',
  fromDayBefore: 'dari hari sebelumnya',
  fromLastWeek: 'dari pekan lalu',
  fromLastPeriod: 'dari periode lalu',
  holdsSince: (time: string) => `berlaku sejak ${time}`,
  sameSince: (time: string) => `tetap sejak ${time}`,
  choose: (name: string) => `${name}: tampilkan di peta dan grafik`,
  // The day, the places, the time
  portionsByHour: 'Porsi menurut jam, dijumlah sejak awal hari',
  untimed: (stages: string) => `Tanpa jam tercatat, tidak ada di garis: ${stages}.`,
  measure: 'Ukuran',
  level: 'Tingkat',
  levelNames: (level: string) =>
    ({ region: 'kelompok pulau', province: 'provinsi', regency: 'kabupaten/kota', sppg: 'dapur' })[level] ?? level,
  ranked: (shown: number, total: number, worst: boolean) =>
    `${shown} dari ${many(total)} yang ada datanya, ${worst ? 'yang terburuk' : 'yang terbesar'} lebih dulu`,
  map: 'Peta provinsi',
  mapOf: 'per provinsi',
  ranking: 'Peringkat',
  nothingRanked: 'Belum ada data untuk dibandingkan.',
  period: 'Rentang',
  days: (count: number) => `${count} hari`,
  ownRange: 'pilih tanggal …',
  from: 'Dari',
  to: 'Sampai',
  compare: 'Bandingkan dengan',
  compareNone: 'tanpa pembanding',
  comparePrevious: 'periode sebelumnya',
  compareYear: 'tahun lalu',
  compareAbove: 'wilayah di atasnya',
  byGrain: (grain: string) =>
    ({ day: 'per hari', week: 'per pekan', fortnight: 'per dua minggu', month: 'per bulan' })[grain] ?? grain,
  kitchensCount: (count: number) => `${many(count)} dapur`,
  ownUnits: 'Lingkup saya',
  // Search
  search: 'Cari wilayah atau dapur',
  searchNone: 'Tidak ditemukan dalam lingkup Anda.',
  searchFound: (count: number) => `${count} ditemukan; pilih dengan panah atas dan bawah`,
  searchFailed: 'Pencarian gagal; coba lagi.',
  // Notices
  notices: 'Pemberitahuan',
  noticesNew: (count: number) => `Pemberitahuan, ${count} baru`,
  noNotices: 'Belum ada pemberitahuan sejak layar dibuka.',
  noticeWorse: 'melewati batas',
  noticeBetter: 'kembali dalam batas',
  noticesMore: (count: number) => `dan ${many(count)} pemberitahuan lain`,
  dismiss: 'Tutup pemberitahuan',
  // Arranging
  arrange: 'Atur tampilan',
  arrangeHelp: 'Seret pegangan, atau pakai tombol naik dan turun. Disimpan untuk akun Anda, di perangkat mana pun.',
  handle: (name: string) => `Pindahkan ${name} dengan panah atas dan bawah`,
  up: (name: string) => `Naikkan ${name}`,
  down: (name: string) => `Turunkan ${name}`,
  size: (name: string) => `Lebar ${name}`,
  full: 'penuh',
  half: 'separuh',
  reset: 'Kembali ke bawaan peran',
  saved: 'Tersimpan.',
  notSaved: 'Belum tersimpan di server; dicoba lagi sendiri.',
  movedTo: (name: string, place: number, of: number) => `${name}: urutan ${place} dari ${of}`,
  languageName: 'Bahasa',
  theme: 'Warna',
  themeAuto: 'mengikuti perangkat',
  themeLight: 'terang',
  themeDark: 'gelap',
  kiosk: 'Layar dinding',
  // Signing in
  signIn: 'Masuk',
  purpose: 'Lumbung menunjukkan apakah makanan sudah dimasak, aman, tepat waktu, dan terbayar.',
  withProvider: 'Masuk dengan akun lembaga',
  providerFailed: 'Tidak dapat masuk dengan akun lembaga. Coba lagi, atau minta peran pada pengelola akun.',
  demoAccounts: 'Akun contoh',
  or: 'Atau',
  token: 'Token akses',
  withToken: 'Masuk dengan token',
  signInFailed: 'Tidak dapat masuk. Periksa token, atau coba lagi sebentar.',
  noFigures: (role: string) => `Peran ${role} tidak melihat angka dapur.`,
  auditTrail: 'Buka jejak audit (JSON)',
  readiness: 'Keadaan sistem (JSON)',
};

/** What every language has to say. */
export type Words = {
  [Key in keyof typeof id]: (typeof id)[Key] extends (...given: infer Given) => string
    ? (...given: Given) => string
    : string;
};
