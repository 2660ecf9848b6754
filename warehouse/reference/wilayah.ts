/** BGN's three wilayah as groups of island groups. The mapping is the ministry's to set: this one stands until a file says otherwise. */
export const wilayah: readonly { region: string; code: string; name: string }[] = [
  ['SUMATERA', 'I'],
  ['JAWA', 'II'],
  ['KALIMANTAN', 'II'],
  ['BALI_NUSRA', 'III'],
  ['SULAWESI', 'III'],
  ['MALUKU', 'III'],
  ['PAPUA', 'III'],
].map(([region = '', code = '']) => ({ region, code, name: `Wilayah ${code}` }));
