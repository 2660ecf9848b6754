/**
 * Accounts of a ClickHouse server as SQL for its administrator: what the API enforces, enforced once more where data lies.
 * Invariants: the API's account can change nothing but the tables the API adds to; a reader's can change nothing, and reads the cells
 * of its role's KPIs in its scope only. The embedded engine has no accounts: it answers this machine alone.
 */
import { LumbungError } from '../platform/errors.ts';
import { onCluster } from './cluster.ts';
import { levelsOf, seesTodayOnly, visibleKpis } from './permissions.ts';
import { areaCondition, parseScope, scopeCondition } from './scopes.ts';

const PASSWORD = "IDENTIFIED WITH sha256_password BY 'choose-one'";

/** For CLICKHOUSE_URL of the api role. Migrations are applied by another role's account, or by "lumbung migrate". */
export function apiAccountSql(cluster?: string): string {
  return script(cluster, [
    'CREATE ROLE IF NOT EXISTS lumbung_api_role',
    'GRANT SELECT ON raw.* TO lumbung_api_role',
    'GRANT SELECT ON mart.* TO lumbung_api_role',
    'GRANT SELECT ON ops.* TO lumbung_api_role',
    ...(cluster === undefined ? [] : ['GRANT SELECT ON system.clusters TO lumbung_api_role']),
    ...[
      'ops.audit',
      'ops.delivery_schedules',
      'ops.exports',
      'ops.finding_states',
      'ops.preferences',
      'ops.report_events',
      'ops.uptime',
      'ops.verdicts',
    ].map((table) => `GRANT INSERT ON ${table} TO lumbung_api_role`),
    `CREATE USER IF NOT EXISTS lumbung_api ${PASSWORD} SETTINGS max_execution_time = 600`,
    'GRANT lumbung_api_role TO lumbung_api',
  ]);
}

/** Reference data and names of units: the same for everybody. */
const COMMON = [
  ...['mart.fortnights', 'mart.holidays', 'mart.targets', 'mart.wilayah'].map((table) => `SELECT ON ${table}`),
  'SELECT(id, code, name, provinceId, regencyId, isDemoAccount, _deleted, _version) ON raw.sppg',
  'SELECT(id, regencyName, provinceId, _deleted, _version) ON raw.regencies_indonesia',
  'SELECT(id, provinceName, region, _deleted, _version) ON raw.provinces_indonesia',
];

/**
 * For BI tools and analysts who speak SQL. A policy filters before versions of a row are merged, so it may name key columns only:
 * KPIs that count people are left out where small numbers must not be told, and are asked of the API.
 */
export function readerSql(name: string, role: string, scopes: readonly string[], cluster?: string): string {
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(name)) {
    throw new LumbungError('bad_input', '--name must be lower-case letters, digits and _, beginning with a letter');
  }
  const kpis = visibleKpis(role).filter((kpi) => kpi.withheld === undefined);
  if (kpis.length === 0 || seesTodayOnly(role)) {
    throw new LumbungError('bad_input', `${role} has no figures to read by SQL`);
  }
  const account = `lumbung_reader_${name}`;
  const levels = levelsOf(role);
  const listed = `kpi IN (${kpis.map((kpi) => text(kpi.id)).join(', ')})`;
  const parsed = scopes.map(parseScope);
  const within = (condition: (scope: (typeof parsed)[number]) => string) =>
    parsed.map((scope) => `(${condition(scope).replaceAll('{scopeId:String}', text(scope.id))})`).join(' OR ');
  const policy = (table: string, where: string) => [
    `GRANT SELECT ON ${table} TO ${account}`,
    `CREATE ROW POLICY OR REPLACE ${account} ON ${table} FOR SELECT USING ${listed} AND (${where}) TO ${account}`,
  ];
  const above = parsed.filter((scope) => scope.level !== 'sppg');
  const areas = levels.includes('regency') && above.length > 0;
  return script(cluster, [
    `CREATE USER IF NOT EXISTS ${account} ${PASSWORD} SETTINGS readonly = 2 READONLY, max_execution_time = 300, max_result_rows = 10000000`,
    ...COMMON.map((what) => `GRANT ${what} TO ${account}`),
    ...policy(
      'mart.kpi_daily',
      within((scope) => scopeCondition(scope, 'sppg_id')),
    ),
    ...(areas
      ? policy(
          'mart.kpi_areas',
          within((scope) => (scope.level === 'sppg' ? '0' : areaCondition(scope))),
        )
      : []),
  ]);
}

const text = (value: string) => {
  if (!/^[A-Za-z0-9_.-]*$/.test(value)) throw new LumbungError('internal', 'not an id');
  return `'${value}'`;
};
const script = (cluster: string | undefined, statements: readonly string[]) =>
  statements
    .flatMap((statement) => (cluster === undefined ? [statement] : onCluster(statement, cluster)))
    .map((statement) => `${statement.replaceAll(/\s+/g, ' ')};`)
    .join('\n');
