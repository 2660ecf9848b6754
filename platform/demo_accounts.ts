/** One demo sign-in per role; offered only when the source is the embedded demo programme. */
export type DemoSignIn = {
  id: string;
  role: string;
  label: string;
  scope: 'national' | 'province' | 'kitchens' | 'kitchen';
};

export const demoSignIns: readonly DemoSignIn[] = [
  { id: 'pimpinan', role: 'BGN_LEADERSHIP', label: 'Pimpinan BGN, nasional', scope: 'national' },
  { id: 'kppg', role: 'KPPG', label: 'Kantor KPPG, satu provinsi', scope: 'province' },
  { id: 'yayasan', role: 'YAYASAN', label: 'Yayasan, tiga dapur', scope: 'kitchens' },
  { id: 'auditor', role: 'AUDITOR', label: 'Auditor, nasional', scope: 'national' },
  { id: 'superadmin', role: 'PLATFORM_SUPERADMIN', label: 'Superadmin platform', scope: 'national' },
  { id: 'analis', role: 'PLATFORM_ANALYST', label: 'Analis platform', scope: 'national' },
  { id: 'dukungan', role: 'PLATFORM_SUPPORT', label: 'Dukungan platform', scope: 'national' },
  { id: 'kepala', role: 'SPPG_KEPALA', label: 'Kepala SPPG, satu dapur', scope: 'kitchen' },
  { id: 'admin', role: 'SPPG_ADMIN', label: 'Admin SPPG, satu dapur', scope: 'kitchen' },
  { id: 'akuntan', role: 'SPPG_AKUNTAN', label: 'Akuntan, satu dapur', scope: 'kitchen' },
  { id: 'gizi', role: 'SPPG_AHLI_GIZI', label: 'Ahli gizi, satu dapur', scope: 'kitchen' },
  { id: 'produksi', role: 'SPPG_PRODUKSI_MANAGER', label: 'Manajer produksi, satu dapur', scope: 'kitchen' },
  { id: 'distribusi', role: 'SPPG_DISTRIBUSI_MANAGER', label: 'Manajer distribusi, satu dapur', scope: 'kitchen' },
  { id: 'hrd', role: 'SPPG_HRD_MANAGER', label: 'Manajer SDM, satu dapur', scope: 'kitchen' },
  { id: 'dapur', role: 'SPPG_STAFF_DAPUR', label: 'Staf dapur, hari ini saja', scope: 'kitchen' },
  { id: 'viewer', role: 'SPPG_VIEWER', label: 'Pengamat, satu dapur', scope: 'kitchen' },
];
