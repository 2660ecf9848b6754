/**
 * Where the 38 provinces stand on a map of equal tiles: islands keep their places and their neighbours, seas are left open.
 * Invariant: every province has one tile and no two share one. A province is known by its name, because codes of the Papuan
 * provinces differ between the statistical office and the ministry of home affairs; by its code where the name is not known.
 */
export type Tile = { code: string; iso: string; short: string; column: number; row: number };

const tile = (code: string, iso: string, short: string, column: number, row: number, ...names: string[]) => ({
  code,
  iso,
  short,
  column,
  row,
  names,
});

const placed = [
  tile('11', 'AC', 'Aceh', 0, 0, 'aceh', 'nanggroe aceh darussalam'),
  tile('12', 'SU', 'Sumut', 0, 1, 'sumatera utara'),
  tile('14', 'RI', 'Riau', 1, 1, 'riau'),
  tile('21', 'KR', 'Kepri', 2, 1, 'kepulauan riau'),
  tile('13', 'SB', 'Sumbar', 0, 2, 'sumatera barat'),
  tile('15', 'JA', 'Jambi', 1, 2, 'jambi'),
  tile('19', 'BB', 'Babel', 2, 2, 'kepulauan bangka belitung', 'bangka belitung'),
  tile('17', 'BE', 'Bengk', 1, 3, 'bengkulu'),
  tile('16', 'SS', 'Sumsel', 2, 3, 'sumatera selatan'),
  tile('18', 'LA', 'Lamp', 2, 4, 'lampung'),
  tile('31', 'JK', 'DKI', 3, 5, 'dki jakarta', 'jakarta', 'daerah khusus jakarta', 'daerah khusus ibukota jakarta'),
  tile('36', 'BT', 'Banten', 2, 6, 'banten'),
  tile('32', 'JB', 'Jabar', 3, 6, 'jawa barat'),
  tile('33', 'JT', 'Jateng', 4, 6, 'jawa tengah'),
  tile('35', 'JI', 'Jatim', 5, 6, 'jawa timur'),
  tile('34', 'YO', 'DIY', 4, 7, 'di yogyakarta', 'yogyakarta', 'daerah istimewa yogyakarta'),
  tile('51', 'BA', 'Bali', 6, 6, 'bali'),
  tile('52', 'NB', 'NTB', 7, 6, 'nusa tenggara barat'),
  tile('53', 'NT', 'NTT', 8, 6, 'nusa tenggara timur'),
  tile('65', 'KU', 'Kaltara', 5, 1, 'kalimantan utara'),
  tile('61', 'KB', 'Kalbar', 4, 2, 'kalimantan barat'),
  tile('64', 'KI', 'Kaltim', 5, 2, 'kalimantan timur'),
  tile('62', 'KT', 'Kalteng', 4, 3, 'kalimantan tengah'),
  tile('63', 'KS', 'Kalsel', 5, 3, 'kalimantan selatan'),
  tile('75', 'GO', 'Gtalo', 7, 1, 'gorontalo'),
  tile('71', 'SA', 'Sulut', 8, 1, 'sulawesi utara'),
  tile('72', 'ST', 'Sulteng', 7, 2, 'sulawesi tengah'),
  tile('76', 'SR', 'Sulbar', 7, 3, 'sulawesi barat'),
  tile('73', 'SN', 'Sulsel', 7, 4, 'sulawesi selatan'),
  tile('74', 'SG', 'Sultra', 8, 4, 'sulawesi tenggara'),
  tile('82', 'MU', 'Malut', 9, 2, 'maluku utara'),
  tile('81', 'MA', 'Maluku', 9, 3, 'maluku'),
  tile('92', 'PD', 'PBD', 11, 2, 'papua barat daya'),
  tile('91', 'PB', 'Pabar', 11, 3, 'papua barat'),
  tile('94', 'PA', 'Papua', 12, 3, 'papua'),
  tile('96', 'PT', 'Pateng', 11, 4, 'papua tengah'),
  tile('97', 'PE', 'Papeg', 12, 4, 'papua pegunungan'),
  tile('95', 'PS', 'Pasel', 12, 5, 'papua selatan'),
];

export const COLUMNS = 13;
export const ROWS = 8;
export const tiles: readonly Tile[] = placed;

const byName = new Map(placed.flatMap((entry) => entry.names.map((name) => [name, entry] as const)));
const byCode = new Map<string, Tile>(
  placed.flatMap((entry) => [entry.code, entry.iso, `ID-${entry.iso}`].map((code) => [code, entry] as const)),
);
const plain = (name: string) =>
  name
    .toLowerCase()
    .replaceAll('.', '')
    .replace(/^(provinsi|prov) /, '')
    .replaceAll(/\s+/g, ' ')
    .trim();

export const tileOf = (province: { code: string; name: string }): Tile | undefined =>
  byName.get(plain(province.name)) ?? byCode.get(province.code);
