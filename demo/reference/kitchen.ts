/**
 * What kitchens cook with, buy and serve: menus, stock items, schools, suppliers and crews.
 * Invariant: the position in a list is part of the keys of the rows made from it, so entries are only appended.
 */

/** Menus with the nutrients of a large portion. */
export const menus: readonly { name: string; calories: number; protein: number; carbs: number; fat: number }[] = [
  { name: 'Nasi, ayam goreng lengkuas, tumis kangkung, pisang', calories: 720, protein: 29, carbs: 92, fat: 22 },
  { name: 'Nasi, telur balado, sayur asem, semangka', calories: 660, protein: 23, carbs: 95, fat: 19 },
  { name: 'Nasi, ikan tongkol suwir, urap, jeruk', calories: 690, protein: 31, carbs: 90, fat: 18 },
  { name: 'Nasi, tempe orek, sop ayam, pepaya', calories: 675, protein: 26, carbs: 94, fat: 18 },
  { name: 'Nasi, semur daging, capcay, melon', calories: 735, protein: 30, carbs: 93, fat: 23 },
  { name: 'Nasi uduk, telur dadar, kering kentang, susu', calories: 745, protein: 24, carbs: 99, fat: 25 },
  { name: 'Nasi, pepes ikan, tumis buncis, salak', calories: 655, protein: 30, carbs: 89, fat: 16 },
  { name: 'Nasi, rendang tahu, daun singkong, pisang', calories: 640, protein: 19, carbs: 96, fat: 20 },
  { name: 'Nasi kuning, ayam suwir, acar, jeruk', calories: 705, protein: 27, carbs: 95, fat: 21 },
  { name: 'Nasi, bakso daging, sawi rebus, pepaya', calories: 670, protein: 25, carbs: 93, fat: 19 },
  { name: 'Nasi, ikan bumbu kuning, tumis tauge, semangka', calories: 665, protein: 30, carbs: 90, fat: 17 },
  { name: 'Mi goreng sayur, telur, apel, susu', calories: 650, protein: 20, carbs: 92, fat: 22 },
  { name: 'Bubur kacang hijau, biskuit, susu', calories: 410, protein: 14, carbs: 62, fat: 11 },
  { name: 'Nasi tim ayam, wortel, pisang', calories: 450, protein: 18, carbs: 64, fat: 12 },
];

/** Stock items: kilograms (or the unit given) for one portion, and rupiah for one unit. */
export const stockItems: readonly {
  name: string;
  category: string;
  unit: string;
  perPortion: number;
  price: number;
}[] = [
  { name: 'Beras medium', category: 'KARBOHIDRAT', unit: 'kg', perPortion: 0.1, price: 14_200 },
  { name: 'Daging ayam', category: 'PROTEIN', unit: 'kg', perPortion: 0.045, price: 38_500 },
  { name: 'Telur ayam', category: 'PROTEIN', unit: 'kg', perPortion: 0.05, price: 29_000 },
  { name: 'Ikan tongkol', category: 'PROTEIN', unit: 'kg', perPortion: 0.05, price: 34_000 },
  { name: 'Tempe', category: 'PROTEIN', unit: 'kg', perPortion: 0.05, price: 16_000 },
  { name: 'Kangkung', category: 'SAYURAN', unit: 'kg', perPortion: 0.06, price: 12_500 },
  { name: 'Wortel', category: 'SAYURAN', unit: 'kg', perPortion: 0.04, price: 15_500 },
  { name: 'Buncis', category: 'SAYURAN', unit: 'kg', perPortion: 0.04, price: 17_000 },
  { name: 'Pisang', category: 'BUAH', unit: 'kg', perPortion: 0.1, price: 13_000 },
  { name: 'Jeruk', category: 'BUAH', unit: 'kg', perPortion: 0.1, price: 19_500 },
  { name: 'Susu UHT 125 ml', category: 'SUSU_OLAHAN', unit: 'pcs', perPortion: 0.4, price: 3_900 },
  { name: 'Minyak goreng', category: 'MINYAK_LEMAK', unit: 'liter', perPortion: 0.012, price: 18_500 },
  { name: 'Bawang & bumbu dapur', category: 'BUMBU_REMPAH', unit: 'kg', perPortion: 0.012, price: 41_000 },
  { name: 'Gas LPG 12 kg', category: 'LAINNYA', unit: 'tabung', perPortion: 0.0015, price: 205_000 },
];

/**
 * Schools of a kitchen in order: type, share of its portions, delivery point (points 0 to 2 go in the morning wave,
 * 3 and 4 at midday) and name. The last one is a posyandu, served three days a week.
 */
export const schools: readonly { type: string; share: number; point: number; name: string }[] = [
  { type: 'PAUD', share: 0.04, point: 0, name: 'PAUD Melati' },
  { type: 'TK', share: 0.06, point: 0, name: 'TK Kasih Ibu' },
  { type: 'SD', share: 0.24, point: 1, name: 'SDN Sukamaju' },
  { type: 'SD', share: 0.22, point: 2, name: 'SDN Harapan' },
  { type: 'SD', share: 0.14, point: 3, name: 'SD Islam Al-Amanah' },
  { type: 'SMP', share: 0.16, point: 4, name: 'SMPN' },
  { type: 'SMA', share: 0.08, point: 4, name: 'SMAN' },
  { type: 'SMK', share: 0.06, point: 4, name: 'SMK Bina Karya' },
  { type: 'PAUD', share: 0.03, point: 0, name: 'Posyandu Mawar' },
];

/** Suppliers; the spellings of one are different texts in the orders. */
export const suppliers: readonly { type: string; spellings: readonly string[] }[] = [
  { type: 'LOCAL', spellings: ['UD Tani Makmur', 'UD. Tani Makmur', 'ud tani  makmur', ' UD Tani Makmur '] },
  { type: 'COOPERATIVE', spellings: ['Koperasi Merah Putih', 'KOPERASI MERAH PUTIH', 'Kop. Merah Putih'] },
  { type: 'INDIVIDUAL', spellings: ['Pak Slamet (ayam)', 'Pak Slamet  (Ayam)', 'Bpk. Slamet'] },
  { type: 'REGIONAL', spellings: ['CV Sumber Pangan', 'CV. Sumber Pangan', 'Sumber Pangan, CV'] },
  { type: 'LOCAL', spellings: ['Toko "Berkah"', 'Toko Berkah', 'Toko\tBerkah'] },
  { type: 'NATIONAL', spellings: ['PT Pangan Nusantara', 'PT. Pangan Nusantara Tbk'] },
];

/** Crew: role, heads and daily wage; 47 volunteers and three employed officers. */
export const crew: readonly { role: string; heads: number; wage: number; volunteer: boolean }[] = [
  { role: 'KEPALA_SPPG', heads: 1, wage: 230_000, volunteer: false },
  { role: 'AHLI_GIZI', heads: 1, wage: 200_000, volunteer: false },
  { role: 'AKUNTAN', heads: 1, wage: 200_000, volunteer: false },
  { role: 'PENGAWAS_DISTRIBUSI', heads: 1, wage: 130_000, volunteer: true },
  { role: 'TIM_PERSIAPAN', heads: 8, wage: 110_000, volunteer: true },
  { role: 'TIM_PENGOLAHAN', heads: 10, wage: 120_000, volunteer: true },
  { role: 'TIM_PEMORSIAN', heads: 10, wage: 110_000, volunteer: true },
  { role: 'TIM_PACKING', heads: 6, wage: 110_000, volunteer: true },
  { role: 'TIM_DISTRIBUSI', heads: 6, wage: 120_000, volunteer: true },
  { role: 'TIM_KEBERSIHAN', heads: 2, wage: 100_000, volunteer: true },
  { role: 'TIM_PENCUCI', heads: 4, wage: 100_000, volunteer: true },
];
