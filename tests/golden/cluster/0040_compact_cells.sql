ALTER TABLE mart_local.kpi_daily ON CLUSTER 'nation' MODIFY SETTING min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
