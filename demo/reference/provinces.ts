/**
 * The 38 provinces: code, name, island group, time zone and population in millions (how kitchens are spread).
 * Invariant: the code is the two-digit statistical code, and every province occurs once.
 */
type Region = 'SUMATERA' | 'JAWA' | 'KALIMANTAN' | 'SULAWESI' | 'PAPUA' | 'BALI_NUSRA' | 'MALUKU';
type Zone = 'WIB' | 'WITA' | 'WIT';
export type Province = { code: string; name: string; region: Region; zone: Zone; millions: number };

const province = (code: string, name: string, region: Region, zone: Zone, millions: number): Province => ({
  code,
  name,
  region,
  zone,
  millions,
});

export const provinces: readonly Province[] = [
  province('11', 'Aceh', 'SUMATERA', 'WIB', 5.5),
  province('12', 'Sumatera Utara', 'SUMATERA', 'WIB', 15.4),
  province('13', 'Sumatera Barat', 'SUMATERA', 'WIB', 5.8),
  province('14', 'Riau', 'SUMATERA', 'WIB', 6.7),
  province('15', 'Jambi', 'SUMATERA', 'WIB', 3.7),
  province('16', 'Sumatera Selatan', 'SUMATERA', 'WIB', 8.7),
  province('17', 'Bengkulu', 'SUMATERA', 'WIB', 2.1),
  province('18', 'Lampung', 'SUMATERA', 'WIB', 9.3),
  province('19', 'Kepulauan Bangka Belitung', 'SUMATERA', 'WIB', 1.5),
  province('21', 'Kepulauan Riau', 'SUMATERA', 'WIB', 2.2),
  province('31', 'DKI Jakarta', 'JAWA', 'WIB', 10.7),
  province('32', 'Jawa Barat', 'JAWA', 'WIB', 49.9),
  province('33', 'Jawa Tengah', 'JAWA', 'WIB', 37.5),
  province('34', 'DI Yogyakarta', 'JAWA', 'WIB', 3.7),
  province('35', 'Jawa Timur', 'JAWA', 'WIB', 41.5),
  province('36', 'Banten', 'JAWA', 'WIB', 12.3),
  province('51', 'Bali', 'BALI_NUSRA', 'WITA', 4.4),
  province('52', 'Nusa Tenggara Barat', 'BALI_NUSRA', 'WITA', 5.6),
  province('53', 'Nusa Tenggara Timur', 'BALI_NUSRA', 'WITA', 5.6),
  province('61', 'Kalimantan Barat', 'KALIMANTAN', 'WIB', 5.6),
  province('62', 'Kalimantan Tengah', 'KALIMANTAN', 'WIB', 2.8),
  province('63', 'Kalimantan Selatan', 'KALIMANTAN', 'WITA', 4.2),
  province('64', 'Kalimantan Timur', 'KALIMANTAN', 'WITA', 3.9),
  province('65', 'Kalimantan Utara', 'KALIMANTAN', 'WITA', 0.7),
  province('71', 'Sulawesi Utara', 'SULAWESI', 'WITA', 2.7),
  province('72', 'Sulawesi Tengah', 'SULAWESI', 'WITA', 3.1),
  province('73', 'Sulawesi Selatan', 'SULAWESI', 'WITA', 9.4),
  province('74', 'Sulawesi Tenggara', 'SULAWESI', 'WITA', 2.7),
  province('75', 'Gorontalo', 'SULAWESI', 'WITA', 1.2),
  province('76', 'Sulawesi Barat', 'SULAWESI', 'WITA', 1.5),
  province('81', 'Maluku', 'MALUKU', 'WIT', 1.9),
  province('82', 'Maluku Utara', 'MALUKU', 'WIT', 1.3),
  province('91', 'Papua Barat', 'PAPUA', 'WIT', 0.6),
  province('92', 'Papua Barat Daya', 'PAPUA', 'WIT', 0.6),
  province('94', 'Papua', 'PAPUA', 'WIT', 1.1),
  province('95', 'Papua Selatan', 'PAPUA', 'WIT', 0.5),
  province('96', 'Papua Tengah', 'PAPUA', 'WIT', 1.4),
  province('97', 'Papua Pegunungan', 'PAPUA', 'WIT', 1.4),
];
