/**
 * What every route answers to every role, written by hand from the role table of the programme. A route that is not listed here fails
 * tests/path/isolation.test.ts.
 */
export const DAY = '2026-03-02';
const RANGE = 'from=2026-03-01&to=2026-03-05';

/** One account per role: what its token's scope is, which other units lie inside, and which do not. */
export type Account = { scope: string[]; inside: string[]; outside: string[] };
const beyond = [
  'sppg:k322',
  'regency:3201',
  'province:32',
  'region:JAWA',
  'wilayah:II',
  'national',
  'sppg:nosuch',
  'sppg:k942',
];
const nation: Account = {
  scope: ['national'],
  inside: ['national', 'wilayah:III', 'region:PAPUA', 'province:94', 'regency:5101', 'sppg:k942'],
  outside: [],
};
/** Sees the same as the one above. */
const nationToo: Account = { ...nation, inside: ['national', 'sppg:k942'] };
const kitchen: Account = {
  scope: ['sppg:k321'],
  inside: ['sppg:k321'],
  outside: ['sppg:k322', 'sppg:k511', 'regency:3201', 'national', 'sppg:nosuch'],
};
export const accounts: Readonly<Record<string, Account>> = {
  BGN_LEADERSHIP: nation,
  BGN_ANALYST: {
    scope: ['wilayah:III'],
    inside: ['wilayah:III', 'region:PAPUA', 'sppg:k511'],
    outside: ['wilayah:II', 'region:JAWA', 'national', 'sppg:k321'],
  },
  KPPG: {
    scope: ['province:32', 'regency:5101'],
    inside: ['province:32', 'regency:3201', 'sppg:k321', 'regency:5101', 'sppg:k512'],
    outside: ['province:51', 'region:JAWA', 'wilayah:II', 'national', 'sppg:k941', 'regency:9401', 'province:nosuch'],
  },
  YAYASAN: { scope: ['sppg:k321', 'sppg:k511'], inside: ['sppg:k321', 'sppg:k511'], outside: [...beyond, 'sppg:k512'] },
  ...Object.fromEntries(
    [
      ...['SPPG_KEPALA', 'SPPG_ADMIN', 'SPPG_AKUNTAN', 'SPPG_AHLI_GIZI', 'SPPG_PRODUKSI_MANAGER'],
      ...['SPPG_DISTRIBUSI_MANAGER', 'SPPG_HRD_MANAGER', 'SPPG_STAFF_DAPUR', 'SPPG_STAFF_DISTRIBUSI'],
      ...['SPPG_STAFF_ADMIN', 'SPPG_STAFF_QC', 'SPPG_VIEWER'],
    ].map((role) => [role, kitchen]),
  ),
  DEMO_USER: { scope: ['sppg:k942'], inside: ['sppg:k942'], outside: ['sppg:k941', 'regency:9401', 'national'] },
  PLATFORM_SUPERADMIN: nationToo,
  PLATFORM_ANALYST: nationToo,
  PLATFORM_SUPPORT: {
    scope: ['national'],
    inside: [],
    outside: ['national', 'province:94', 'sppg:k321', 'sppg:nosuch'],
  },
  AUDITOR: { scope: ['national'], inside: [], outside: ['national', 'province:94', 'sppg:k321', 'sppg:nosuch'] },
};

const roles = Object.keys(accounts);
const staff = roles.filter((role) => role.startsWith('SPPG_STAFF_'));
const without = (from: readonly string[], ...left: string[]) => from.filter((role) => !left.includes(role));
const figures = without(roles, 'PLATFORM_SUPPORT', 'AUDITOR');
/** Those who see days before today. */
const history = without(figures, ...staff);
const managers = ['SPPG_PRODUKSI_MANAGER', 'SPPG_DISTRIBUSI_MANAGER', 'SPPG_HRD_MANAGER'];
const production = without(history, 'SPPG_AKUNTAN', 'SPPG_AHLI_GIZI', 'SPPG_DISTRIBUSI_MANAGER', 'SPPG_HRD_MANAGER');
const judges = without(history, 'SPPG_VIEWER', 'DEMO_USER');

/** Of the report site: the whole of it, or the pages of their units. */
const wholeNation = ['BGN_LEADERSHIP', 'PLATFORM_SUPERADMIN', 'PLATFORM_ANALYST'];
const readersOfParts = without(history, ...wholeNation);

/** They get documents of production and distribution; who confirms them; who runs deliveries. */
const documented = without(history, 'SPPG_AHLI_GIZI', 'SPPG_AKUNTAN', 'SPPG_VIEWER', 'DEMO_USER', ...managers);
const confirming = ['BGN_LEADERSHIP', 'BGN_ANALYST', 'KPPG', 'SPPG_KEPALA'];
const delivering = ['BGN_LEADERSHIP', 'PLATFORM_SUPERADMIN'];
const daily = (scope: string, to = DAY) => ({ report: 'daily-operations', scope, from: DAY, to });
const NUMBER = 'LMB-00000-00000-00000-00000';

const operators = ['PLATFORM_SUPERADMIN', 'PLATFORM_ANALYST', 'PLATFORM_SUPPORT'];
const NOBODYS_EXPORT = '00000000-0000-4000-8000-000000000000';

/** Mounted whole from a package: not among the routes an application lists. */
export const mounted = ['GET /queues'];

type Route = {
  method?: 'POST' | 'PUT' | 'DELETE';
  /** What is asked of a unit; where it is absent, the route is not about one. */
  path: string | ((scope: string) => string);
  body?: object | ((scope: string) => object);
  /** Roles that are answered, with which status; others get 403. */
  answers: Readonly<Record<number, readonly string[]>>;
  /** The status for a kitchen (or for what lies above one) where the question makes no sense of it. */
  ofKitchen?: number;
  above?: number;
  /** The units there is something to answer of; the others get 404. */
  only?: readonly string[];
  /** Answers nobody known too, with this status. */
  open?: number;
};

const kpi = (question: string) => ({
  path: (scope: string) => `/api/v1/kpis/portions_planned/${question}?scope=${scope}&${RANGE}`,
  answers: { 200: production, 404: without(history, ...production) },
});
const open = (path: string, status: number): Route => ({ path, answers: { [status]: roles }, open: status });

export const routes: Readonly<Record<string, Route>> = {
  'GET /healthz': open('/healthz', 200),
  'GET /readyz': open('/readyz', 200),
  'GET /metrics': open('/metrics', 200),
  'GET /': open('/', 200),
  'GET /sw.js': open('/sw.js', 200),
  'GET /manifest.webmanifest': open('/manifest.webmanifest', 200),
  'GET /openapi.json': open('/openapi.json', 200),
  'GET /docs': open('/docs', 200),
  'GET /dictionary': open('/dictionary', 200),
  'GET /page.css': open('/page.css', 200),
  // Not built in these stacks (SITE=off): whoever may read it is told so. Every role and release: tests/path/site.test.ts.
  'GET /reports': { path: '/reports/', answers: { 302: readersOfParts, 404: wholeNation }, open: 302 },
  'GET /reports/reader.json': { path: '/reports/reader.json', answers: { 200: figures } },
  'GET /reports/*path': {
    path: (scope) => `/reports/unit/${scope.replace(':', '/')}/data.csv`,
    answers: { 404: history },
  },
  'GET /api/v1/sign-in-options': open('/api/v1/sign-in-options', 200),
  'GET /api/v1/sign-in': open('/api/v1/sign-in', 404),
  'GET /api/v1/sign-in/callback': open('/api/v1/sign-in/callback?code=x&state=y', 303),
  'POST /api/v1/session': { ...open('/api/v1/session', 404), method: 'POST', body: { demo: 'nobody' } },
  'POST /api/v1/session/refresh': { ...open('/api/v1/session/refresh', 401), method: 'POST' },
  'DELETE /api/v1/session': { ...open('/api/v1/session', 204), method: 'DELETE' },
  'GET /api/v1/session': { path: '/api/v1/session', answers: { 200: roles } },
  'GET /api/v1/kpis': { path: '/api/v1/kpis', answers: { 200: figures } },
  'GET /api/v1/dictionary': { path: '/api/v1/dictionary', answers: { 200: figures } },
  'GET /api/v1/units': { path: (scope) => `/api/v1/units?parent=${scope}`, answers: { 200: figures } },
  'GET /api/v1/summary': { path: (scope) => `/api/v1/summary?scope=${scope}&date=${DAY}`, answers: { 200: history } },
  'GET /api/v1/freshness': { path: (scope) => `/api/v1/freshness?scope=${scope}`, answers: { 200: figures } },
  'GET /api/v1/datasets/kpi_daily.csv': {
    path: (scope) => `/api/v1/datasets/kpi_daily.csv?scope=${scope}&${RANGE}`,
    answers: { 200: history },
  },
  'GET /api/v1/kpis/:kpi/series': kpi('series'),
  'GET /api/v1/kpis/:kpi/breakdown': kpi('breakdown'),
  'GET /api/v1/kpis/:kpi/expected': kpi('expected'),
  'GET /api/v1/kpis/:kpi/decomposition': kpi('decomposition'),
  'GET /api/v1/kpis/:kpi/forecast': {
    ...kpi('forecast'),
    path: (scope) => `/api/v1/kpis/portions_planned/forecast?scope=${scope}&from=${DAY}`,
  },
  'GET /api/v1/kpis/:kpi/ranking': {
    ...kpi('ranking'),
    path: (scope) => `/api/v1/kpis/portions_planned/ranking?scope=${scope}&level=sppg&${RANGE}`,
    ofKitchen: 400,
  },
  'GET /api/v1/peers': {
    path: (scope) => `/api/v1/peers?scope=${scope}&${RANGE}`,
    answers: { 200: history },
    above: 400,
  },
  'GET /api/v1/insights': { path: (scope) => `/api/v1/insights?scope=${scope}&date=${DAY}`, answers: { 200: history } },
  'POST /api/v1/insights/verdicts': {
    method: 'POST',
    path: () => '/api/v1/insights/verdicts',
    body: (scope) => ({ warning: `same_weekday_median_mad/qc_pass_rate/${scope}/${DAY}`, verdict: 'confirmed' }),
    answers: {
      201: without(judges, 'SPPG_AKUNTAN', ...managers),
      404: ['SPPG_AKUNTAN', ...managers],
    },
    // Of the units that are warned of (tests/path/isolation.test.ts seeds them): a demo kitchen is no part of its regency.
    only: ['sppg:k321', 'sppg:k511', 'sppg:k942', 'regency:3201', 'regency:5101'],
  },
  'GET /api/v1/findings': { path: (scope) => `/api/v1/findings?scope=${scope}&${RANGE}`, answers: { 200: history } },
  'POST /api/v1/findings/states': {
    method: 'POST',
    path: () => '/api/v1/findings/states',
    body: (scope) => ({ rule: 'batch_negative_amount', scope, date: DAY, state: 'explained' }),
    answers: {
      201: without(judges, 'SPPG_AKUNTAN', 'SPPG_AHLI_GIZI', 'SPPG_DISTRIBUSI_MANAGER', 'SPPG_HRD_MANAGER'),
      404: ['SPPG_AKUNTAN', 'SPPG_AHLI_GIZI', 'SPPG_DISTRIBUSI_MANAGER', 'SPPG_HRD_MANAGER'],
    },
    above: 400,
  },
  'GET /api/v1/completeness': {
    path: (scope) => `/api/v1/completeness?scope=${scope}&${RANGE}`,
    answers: { 200: without(history, 'SPPG_AKUNTAN', 'SPPG_AHLI_GIZI', ...managers) },
  },
  'GET /api/v1/timeliness': {
    path: (scope) => `/api/v1/timeliness?scope=${scope}&${RANGE}`,
    answers: { 200: without(history, 'SPPG_AKUNTAN', 'SPPG_AHLI_GIZI', ...managers) },
  },
  // Asked in a format there is not: whoever may export is told so, others are refused before.
  'POST /api/v1/exports': {
    method: 'POST',
    path: () => '/api/v1/exports',
    body: (scope) => ({ report: 'kpi_daily', format: 'docx', scope, from: '2026-03-01', to: '2026-03-05' }),
    answers: { 400: without(history, 'SPPG_AHLI_GIZI', 'SPPG_VIEWER', 'DEMO_USER', ...managers) },
  },
  'GET /api/v1/exports': { path: '/api/v1/exports', answers: { 200: roles } },
  'GET /api/v1/exports/:id': { path: `/api/v1/exports/${NOBODYS_EXPORT}`, answers: { 404: roles } },
  'DELETE /api/v1/exports/:id': {
    ...{ method: 'DELETE', path: `/api/v1/exports/${NOBODYS_EXPORT}`, answers: { 404: roles } },
  },
  'GET /api/v1/exports/:id/file': { path: `/api/v1/exports/${NOBODYS_EXPORT}/file`, answers: { 404: roles } },
  'GET /api/v1/reports': { path: '/api/v1/reports', answers: { 200: roles } },
  'GET /api/v1/reports/one': {
    path: (scope) => `/api/v1/reports/one?${new URLSearchParams(daily(scope))}`,
    answers: { 404: documented },
  },
  // Two days are no period of a daily document: whoever may have one is told so.
  'POST /api/v1/reports': {
    ...{ method: 'POST', path: () => '/api/v1/reports', body: (scope) => daily(scope, '2026-03-03') },
    answers: { 400: documented },
  },
  'POST /api/v1/reports/acts': {
    ...{ method: 'POST', path: () => '/api/v1/reports/acts', body: (scope) => ({ ...daily(scope), act: 'verified' }) },
    answers: { 400: confirming },
  },
  'GET /api/v1/schedules': { path: '/api/v1/schedules', answers: { 200: delivering } },
  'PUT /api/v1/schedules': { method: 'PUT', path: '/api/v1/schedules', body: {}, answers: { 400: delivering } },
  'DELETE /api/v1/schedules/:id': {
    ...{ method: 'DELETE', path: '/api/v1/schedules/nosuch', answers: { 404: delivering } },
  },
  'GET /api/v1/deliveries': { path: '/api/v1/deliveries', answers: { 200: delivering } },
  'POST /api/v1/deliveries/:id/again': {
    ...{ method: 'POST', path: '/api/v1/deliveries/nosuch/again', answers: { 404: delivering } },
  },
  'GET /api/v1/verify/:number': open(`/api/v1/verify/${NUMBER}`, 404),
  'GET /verify/:number': open(`/verify/${NUMBER}`, 404),
  'GET /documents': open('/documents', 200),
  'GET /health': { path: '/health', answers: { 200: operators } },
  'GET /queues': { path: '/queues', answers: { 200: ['PLATFORM_SUPERADMIN'] } },
  'GET /api/v1/flow': {
    path: (scope) => `/api/v1/flow?scope=${scope}&date=${DAY}`,
    answers: { 200: without(history, 'SPPG_AKUNTAN', 'SPPG_HRD_MANAGER') },
  },
  'GET /api/v1/units/search': { path: '/api/v1/units/search?q=k321', answers: { 200: figures } },
  'GET /api/v1/attention': {
    path: (scope) => `/api/v1/attention?scope=${scope}&date=${DAY}`,
    answers: { 200: history },
  },
  'GET /api/v1/preferences': { path: '/api/v1/preferences', answers: { 200: roles } },
  'PUT /api/v1/preferences': {
    method: 'PUT',
    path: '/api/v1/preferences',
    body: { widgets: [], language: 'id', theme: 'auto' },
    answers: { 200: roles },
  },
  'DELETE /api/v1/preferences': { method: 'DELETE', path: '/api/v1/preferences', answers: { 200: roles } },
  'GET /api/v1/operations': { path: '/api/v1/operations', answers: { 200: operators } },
  'GET /api/v1/payment-risks': {
    path: (scope) => `/api/v1/payment-risks?scope=${scope}`,
    answers: { 200: without(history, 'SPPG_AHLI_GIZI', 'SPPG_VIEWER', 'DEMO_USER', ...managers) },
  },
  'GET /api/v1/audit': { path: '/api/v1/audit', answers: { 200: ['AUDITOR', 'PLATFORM_SUPERADMIN'] } },
};

/** The status a role gets for a unit inside its scope; 403 is what everybody else gets. */
export function expectedStatus(route: Route, role: string, scope: string | undefined): number {
  const [status] = Object.entries(route.answers).find(([, those]) => those.includes(role)) ?? ['403'];
  const senseless = scope === undefined ? undefined : scope.startsWith('sppg:') ? route.ofKitchen : route.above;
  if (Number(status) >= 300) return Number(status);
  if (scope !== undefined && route.only?.includes(scope) === false) return 404;
  return senseless ?? Number(status);
}
