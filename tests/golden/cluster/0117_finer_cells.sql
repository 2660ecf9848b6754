DROP TABLE IF EXISTS mart_local.kpi_daily_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS mart.kpi_daily_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS mart_local.kpi_members_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS mart.kpi_members_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS mart_local.flow_stages_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS mart.flow_stages_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS mart_local.kpi_areas_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS mart.kpi_areas_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS mart_local.kpi_daily_finer ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS mart.kpi_daily_finer ON CLUSTER 'nation' SYNC;

CREATE TABLE mart_local.kpi_daily_finer ON CLUSTER 'nation' (
  kpi LowCardinality(String),
  day Date32,
  sppg_id String,
  split LowCardinality(String),
  num Nullable(Float64),
  den Nullable(Float64),
  seq UInt64,
  watermark_lsn UInt64
) ENGINE = ReplicatedReplacingMergeTree(seq) PARTITION BY toYear(day) * 12 + toMonth(day) ORDER BY (kpi, day, sppg_id, split)
SETTINGS index_granularity = 512, min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

CREATE TABLE mart.kpi_daily_finer ON CLUSTER 'nation' AS mart_local.kpi_daily_finer ENGINE = Distributed('nation', 'mart_local', 'kpi_daily_finer', cityHash64(sppg_id));

INSERT INTO mart.kpi_daily_finer SELECT * FROM mart.kpi_daily SETTINGS max_partitions_per_insert_block = 0;

EXCHANGE TABLES mart_local.kpi_daily AND mart_local.kpi_daily_finer ON CLUSTER 'nation';

DROP TABLE IF EXISTS mart_local.kpi_daily_finer ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS mart.kpi_daily_finer ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS mart_local.kpi_kitchens ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS mart.kpi_kitchens ON CLUSTER 'nation' SYNC;

CREATE TABLE mart_local.kpi_kitchens ON CLUSTER 'nation' (
  kpi LowCardinality(String),
  day Date32,
  sppg_id String,
  split LowCardinality(String),
  num Nullable(Float64),
  den Nullable(Float64),
  seq UInt64
) ENGINE = ReplicatedReplacingMergeTree(seq) PARTITION BY toYear(day) * 12 + toMonth(day) ORDER BY (sppg_id, day, kpi, split)
SETTINGS index_granularity = 512, min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

CREATE TABLE mart.kpi_kitchens ON CLUSTER 'nation' AS mart_local.kpi_kitchens ENGINE = Distributed('nation', 'mart_local', 'kpi_kitchens', cityHash64(sppg_id));

INSERT INTO mart.kpi_kitchens SELECT kpi, day, sppg_id, split, num, den, seq FROM mart.kpi_daily SETTINGS max_partitions_per_insert_block = 0;
