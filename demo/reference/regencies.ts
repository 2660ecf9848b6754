/**
 * Regencies and cities of each province, as "code name, code name"; cities have codes from 71 upward.
 * Invariant: every province has some, a code starts with the code of its province, and a name occurs once in its kind.
 */
const byProvince: readonly string[] = [
  '1103 Aceh Selatan, 1105 Aceh Timur, 1106 Aceh Tengah, 1107 Aceh Barat, 1108 Aceh Besar, 1109 Pidie, 1110 Bireuen, 1111 Aceh Utara, 1171 Banda Aceh, 1172 Sabang',
  '1201 Nias, 1202 Mandailing Natal, 1207 Labuhanbatu, 1208 Asahan, 1209 Simalungun, 1210 Dairi, 1211 Karo, 1212 Deli Serdang, 1213 Langkat, 1271 Sibolga, 1275 Medan, 1276 Binjai',
  '1302 Pesisir Selatan, 1303 Solok, 1305 Tanah Datar, 1307 Agam, 1371 Padang, 1375 Bukittinggi',
  '1402 Indragiri Hulu, 1404 Pelalawan, 1405 Siak, 1406 Kampar, 1408 Bengkalis, 1471 Pekanbaru, 1473 Dumai',
  '1501 Kerinci, 1502 Merangin, 1504 Batang Hari, 1505 Muaro Jambi, 1571 Jambi',
  '1601 Ogan Komering Ulu, 1602 Ogan Komering Ilir, 1603 Muara Enim, 1604 Lahat, 1606 Musi Banyuasin, 1607 Banyuasin, 1671 Palembang, 1672 Prabumulih',
  '1701 Bengkulu Selatan, 1702 Rejang Lebong, 1703 Bengkulu Utara, 1771 Bengkulu',
  '1801 Lampung Barat, 1802 Tanggamus, 1803 Lampung Selatan, 1804 Lampung Timur, 1805 Lampung Tengah, 1806 Lampung Utara, 1871 Bandar Lampung, 1872 Metro',
  '1901 Bangka, 1902 Belitung, 1903 Bangka Barat, 1904 Bangka Tengah, 1971 Pangkalpinang',
  '2101 Karimun, 2102 Bintan, 2103 Natuna, 2104 Lingga, 2171 Batam, 2172 Tanjungpinang',
  '3101 Kepulauan Seribu, 3171 Jakarta Selatan, 3172 Jakarta Timur, 3173 Jakarta Pusat, 3174 Jakarta Barat, 3175 Jakarta Utara',
  '3277 Cimahi, 3201 Bogor, 3202 Sukabumi, 3203 Cianjur, 3204 Bandung, 3205 Garut, 3206 Tasikmalaya, 3207 Ciamis, 3208 Kuningan, 3209 Cirebon, 3210 Majalengka, 3211 Sumedang, 3212 Indramayu, 3213 Subang, 3214 Purwakarta, 3215 Karawang, 3216 Bekasi, 3217 Bandung Barat, 3218 Pangandaran, 3271 Bogor, 3273 Bandung, 3275 Bekasi, 3276 Depok, 3278 Tasikmalaya, 3279 Banjar',
  '3301 Cilacap, 3302 Banyumas, 3303 Purbalingga, 3304 Banjarnegara, 3305 Kebumen, 3308 Magelang, 3309 Boyolali, 3310 Klaten, 3311 Sukoharjo, 3312 Wonogiri, 3314 Sragen, 3315 Grobogan, 3318 Pati, 3319 Kudus, 3320 Jepara, 3321 Demak, 3324 Kendal, 3327 Pemalang, 3328 Tegal, 3329 Brebes, 3372 Surakarta, 3373 Salatiga, 3374 Semarang',
  '3401 Kulon Progo, 3402 Bantul, 3403 Gunungkidul, 3404 Sleman, 3471 Yogyakarta',
  '3502 Ponorogo, 3504 Tulungagung, 3505 Blitar, 3506 Kediri, 3507 Malang, 3508 Lumajang, 3509 Jember, 3510 Banyuwangi, 3513 Probolinggo, 3514 Pasuruan, 3515 Sidoarjo, 3516 Mojokerto, 3517 Jombang, 3518 Nganjuk, 3521 Ngawi, 3522 Bojonegoro, 3523 Tuban, 3524 Lamongan, 3525 Gresik, 3526 Bangkalan, 3529 Sumenep, 3573 Malang, 3577 Madiun, 3578 Surabaya, 3579 Batu',
  '3601 Pandeglang, 3602 Lebak, 3603 Tangerang, 3604 Serang, 3671 Tangerang, 3672 Cilegon, 3673 Serang, 3674 Tangerang Selatan',
  '5101 Jembrana, 5102 Tabanan, 5103 Badung, 5104 Gianyar, 5107 Karangasem, 5108 Buleleng, 5171 Denpasar',
  '5201 Lombok Barat, 5202 Lombok Tengah, 5203 Lombok Timur, 5204 Sumbawa, 5205 Dompu, 5271 Mataram',
  '5302 Sumba Timur, 5303 Kupang, 5306 Belu, 5307 Alor, 5309 Flores Timur, 5310 Sikka, 5311 Ende, 5371 Kupang',
  '6101 Sambas, 6105 Sanggau, 6106 Ketapang, 6107 Sintang, 6171 Pontianak, 6172 Singkawang',
  '6201 Kotawaringin Barat, 6202 Kotawaringin Timur, 6203 Kapuas, 6271 Palangka Raya',
  '6301 Tanah Laut, 6302 Kotabaru, 6303 Banjar, 6304 Barito Kuala, 6371 Banjarmasin, 6372 Banjarbaru',
  '6401 Paser, 6403 Kutai Kartanegara, 6404 Kutai Timur, 6405 Berau, 6471 Balikpapan, 6472 Samarinda, 6474 Bontang',
  '6501 Malinau, 6502 Bulungan, 6504 Nunukan, 6571 Tarakan',
  '7101 Bolaang Mongondow, 7102 Minahasa, 7103 Kepulauan Sangihe, 7171 Manado, 7172 Bitung, 7173 Tomohon',
  '7202 Banggai, 7203 Morowali, 7204 Poso, 7205 Donggala, 7271 Palu',
  '7302 Bulukumba, 7306 Gowa, 7308 Maros, 7311 Bone, 7313 Wajo, 7371 Makassar, 7372 Parepare, 7373 Palopo',
  '7401 Buton, 7402 Muna, 7403 Konawe, 7404 Kolaka, 7471 Kendari, 7472 Baubau',
  '7501 Boalemo, 7502 Gorontalo, 7503 Pohuwato, 7504 Bone Bolango, 7571 Gorontalo',
  '7601 Majene, 7602 Polewali Mandar, 7603 Mamasa, 7604 Mamuju',
  '8101 Kepulauan Tanimbar, 8102 Maluku Tenggara, 8103 Maluku Tengah, 8104 Buru, 8171 Ambon, 8172 Tual',
  '8201 Halmahera Barat, 8202 Halmahera Tengah, 8204 Halmahera Selatan, 8271 Ternate, 8272 Tidore Kepulauan',
  '9101 Fakfak, 9102 Kaimana, 9103 Teluk Wondama, 9104 Teluk Bintuni, 9105 Manokwari',
  '9201 Raja Ampat, 9202 Sorong, 9203 Sorong Selatan, 9271 Sorong',
  '9403 Jayapura, 9408 Kepulauan Yapen, 9409 Biak Numfor, 9420 Keerom, 9471 Jayapura',
  '9501 Merauke, 9502 Boven Digoel, 9503 Mappi, 9504 Asmat',
  '9601 Mimika, 9602 Dogiyai, 9603 Deiyai, 9604 Nabire',
  '9701 Nduga, 9702 Jayawijaya, 9703 Lanny Jaya, 9704 Tolikara',
];

export type Regency = { code: string; name: string; city: boolean; provinceCode: string };

export const regencies: readonly Regency[] = byProvince.flatMap((line) =>
  line.split(', ').map((entry) => {
    const code = entry.slice(0, 4);
    return { code, name: entry.slice(5), city: Number(code.slice(2)) >= 71, provinceCode: code.slice(0, 2) };
  }),
);
