/** The SQL of accounts on a ClickHouse server: as it is printed, word by word. */
import { expect, test } from 'vitest';
import { apiAccountSql, readerSql } from '../../warehouse/accounts.ts';

test('the account of the api role reads, and adds to the tables it adds to', () => {
  expect(apiAccountSql()).toMatchInlineSnapshot(`
    "CREATE ROLE IF NOT EXISTS lumbung_api_role;
    GRANT SELECT ON raw.* TO lumbung_api_role;
    GRANT SELECT ON mart.* TO lumbung_api_role;
    GRANT SELECT ON ops.* TO lumbung_api_role;
    GRANT INSERT ON ops.audit TO lumbung_api_role;
    GRANT INSERT ON ops.delivery_schedules TO lumbung_api_role;
    GRANT INSERT ON ops.exports TO lumbung_api_role;
    GRANT INSERT ON ops.finding_states TO lumbung_api_role;
    GRANT INSERT ON ops.preferences TO lumbung_api_role;
    GRANT INSERT ON ops.report_events TO lumbung_api_role;
    GRANT INSERT ON ops.uptime TO lumbung_api_role;
    GRANT INSERT ON ops.verdicts TO lumbung_api_role;
    CREATE USER IF NOT EXISTS lumbung_api IDENTIFIED WITH sha256_password BY 'choose-one' SETTINGS max_execution_time = 600;
    GRANT lumbung_api_role TO lumbung_api;"
  `);
});

test('a reader reads the KPIs of its role in its scope', () => {
  expect(readerSql('dinas', 'KPPG', ['province:32', 'sppg:k511'])).toMatchInlineSnapshot(`
    "CREATE USER IF NOT EXISTS lumbung_reader_dinas IDENTIFIED WITH sha256_password BY 'choose-one' SETTINGS readonly = 2 READONLY, max_execution_time = 300, max_result_rows = 10000000;
    GRANT SELECT ON mart.fortnights TO lumbung_reader_dinas;
    GRANT SELECT ON mart.holidays TO lumbung_reader_dinas;
    GRANT SELECT ON mart.targets TO lumbung_reader_dinas;
    GRANT SELECT ON mart.wilayah TO lumbung_reader_dinas;
    GRANT SELECT(id, code, name, provinceId, regencyId, isDemoAccount, _deleted, _version) ON raw.sppg TO lumbung_reader_dinas;
    GRANT SELECT(id, regencyName, provinceId, _deleted, _version) ON raw.regencies_indonesia TO lumbung_reader_dinas;
    GRANT SELECT(id, provinceName, region, _deleted, _version) ON raw.provinces_indonesia TO lumbung_reader_dinas;
    GRANT SELECT ON mart.kpi_daily TO lumbung_reader_dinas;
    CREATE ROW POLICY OR REPLACE lumbung_reader_dinas ON mart.kpi_daily FOR SELECT USING kpi IN ('portions_planned', 'portions_produced', 'production_attainment', 'batch_completion', 'batches_cancelled', 'food_cost_per_portion', 'cost_variance', 'akg_compliance', 'akg_unknown_portions', 'qc_pass_rate', 'qc_score', 'open_critical_findings', 'distribution_runs', 'on_time_delivery', 'holding_time_4h', 'serving_temperature', 'portions_target', 'portions_delivered', 'delivery_fulfilment', 'delivery_issues', 'consumption_rate', 'food_waste_per_portion', 'spend', 'committed', 'budget_absorption', 'supplier_on_time', 'order_in_full', 'supplier_lead_time', 'local_supplier_share', 'emergency_purchase_share', 'top_supplier_share', 'suspected_incidents', 'food_safety_incidents', 'service_points', 'critical_stock', 'staffing', 'slhs_valid', 'service_days', 'fortnight_report_on_time', 'portions_received', 'funds_planned', 'funds_received', 'funds_used', 'sheet_delay_production', 'sheet_delay_quality', 'sheet_delay_distribution', 'sheet_delay_schools', 'delivery_issue_rate') AND ((sppg_id IN (SELECT id FROM raw.sppg FINAL WHERE NOT _deleted AND NOT isDemoAccount AND provinceId = '32')) OR (sppg_id = 'k511')) TO lumbung_reader_dinas;
    GRANT SELECT ON mart.kpi_areas TO lumbung_reader_dinas;
    CREATE ROW POLICY OR REPLACE lumbung_reader_dinas ON mart.kpi_areas FOR SELECT USING kpi IN ('portions_planned', 'portions_produced', 'production_attainment', 'batch_completion', 'batches_cancelled', 'food_cost_per_portion', 'cost_variance', 'akg_compliance', 'akg_unknown_portions', 'qc_pass_rate', 'qc_score', 'open_critical_findings', 'distribution_runs', 'on_time_delivery', 'holding_time_4h', 'serving_temperature', 'portions_target', 'portions_delivered', 'delivery_fulfilment', 'delivery_issues', 'consumption_rate', 'food_waste_per_portion', 'spend', 'committed', 'budget_absorption', 'supplier_on_time', 'order_in_full', 'supplier_lead_time', 'local_supplier_share', 'emergency_purchase_share', 'top_supplier_share', 'suspected_incidents', 'food_safety_incidents', 'service_points', 'critical_stock', 'staffing', 'slhs_valid', 'service_days', 'fortnight_report_on_time', 'portions_received', 'funds_planned', 'funds_received', 'funds_used', 'sheet_delay_production', 'sheet_delay_quality', 'sheet_delay_distribution', 'sheet_delay_schools', 'delivery_issue_rate') AND ((province_id = '32') OR (0)) TO lumbung_reader_dinas;"
  `);
  expect(readerSql('dapur', 'SPPG_AKUNTAN', ['sppg:k321'])).toMatchInlineSnapshot(`
    "CREATE USER IF NOT EXISTS lumbung_reader_dapur IDENTIFIED WITH sha256_password BY 'choose-one' SETTINGS readonly = 2 READONLY, max_execution_time = 300, max_result_rows = 10000000;
    GRANT SELECT ON mart.fortnights TO lumbung_reader_dapur;
    GRANT SELECT ON mart.holidays TO lumbung_reader_dapur;
    GRANT SELECT ON mart.targets TO lumbung_reader_dapur;
    GRANT SELECT ON mart.wilayah TO lumbung_reader_dapur;
    GRANT SELECT(id, code, name, provinceId, regencyId, isDemoAccount, _deleted, _version) ON raw.sppg TO lumbung_reader_dapur;
    GRANT SELECT(id, regencyName, provinceId, _deleted, _version) ON raw.regencies_indonesia TO lumbung_reader_dapur;
    GRANT SELECT(id, provinceName, region, _deleted, _version) ON raw.provinces_indonesia TO lumbung_reader_dapur;
    GRANT SELECT ON mart.kpi_daily TO lumbung_reader_dapur;
    CREATE ROW POLICY OR REPLACE lumbung_reader_dapur ON mart.kpi_daily FOR SELECT USING kpi IN ('food_cost_per_portion', 'cost_variance', 'logistics_cost_per_portion', 'spend', 'committed', 'budget_absorption', 'supplier_on_time', 'order_in_full', 'supplier_lead_time', 'local_supplier_share', 'emergency_purchase_share', 'top_supplier_share', 'fortnight_report_on_time', 'funds_planned', 'funds_received', 'funds_used') AND ((sppg_id = 'k321')) TO lumbung_reader_dapur;"
  `);
});

test('no account for those who read no figures, or today only, and none of a strange name', () => {
  for (const role of ['AUDITOR', 'PLATFORM_SUPPORT', 'SPPG_STAFF_DAPUR', 'NOBODY']) {
    expect(() => readerSql('x', role, ['national'])).toThrow(/no figures/);
  }
  for (const name of ['', 'a b', "a'", 'A', 'x; DROP'])
    expect(() => readerSql(name, 'KPPG', ['province:32'])).toThrow(/--name/);
  expect(() => readerSql('x', 'KPPG', ["province:3'2"])).toThrow(/not an id/);
});
