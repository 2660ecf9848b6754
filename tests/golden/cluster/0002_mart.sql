CREATE DATABASE IF NOT EXISTS mart ON CLUSTER 'nation';

CREATE DATABASE IF NOT EXISTS mart_local ON CLUSTER 'nation';

CREATE TABLE IF NOT EXISTS mart_local.kpi_daily ON CLUSTER 'nation' (
  kpi LowCardinality(String),
  day Date32,
  sppg_id String,
  split LowCardinality(String),
  num Nullable(Float64),
  den Nullable(Float64),
  seq UInt64,
  watermark_lsn UInt64
) ENGINE = ReplicatedReplacingMergeTree(seq) ORDER BY (kpi, day, sppg_id, split)
SETTINGS index_granularity = 2048;

CREATE TABLE IF NOT EXISTS mart.kpi_daily ON CLUSTER 'nation' AS mart_local.kpi_daily ENGINE = Distributed('nation', 'mart_local', 'kpi_daily', cityHash64(sppg_id));
