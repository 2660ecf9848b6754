DROP TABLE IF EXISTS mart_local.kpi_daily ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS mart.kpi_daily ON CLUSTER 'nation' SYNC;

CREATE TABLE mart_local.kpi_daily ON CLUSTER 'nation' (
  kpi LowCardinality(String),
  day Date32,
  sppg_id String,
  split LowCardinality(String),
  num Nullable(Float64),
  den Nullable(Float64),
  seq UInt64,
  watermark_lsn UInt64
) ENGINE = ReplicatedReplacingMergeTree(seq) PARTITION BY toYear(day) * 12 + toMonth(day) ORDER BY (kpi, sppg_id, day, split)
SETTINGS index_granularity = 2048;

CREATE TABLE mart.kpi_daily ON CLUSTER 'nation' AS mart_local.kpi_daily ENGINE = Distributed('nation', 'mart_local', 'kpi_daily', cityHash64(sppg_id));

CREATE TABLE IF NOT EXISTS mart_local.kpi_areas ON CLUSTER 'nation' (
  kpi LowCardinality(String),
  day Date32,
  province_id String,
  regency_id String,
  split LowCardinality(String),
  num Nullable(Float64),
  den Nullable(Float64),
  units UInt64,
  seq UInt64
) ENGINE = ReplicatedReplacingMergeTree(seq) ORDER BY (kpi, split, province_id, regency_id, day)
SETTINGS index_granularity = 2048;

CREATE TABLE IF NOT EXISTS mart.kpi_areas ON CLUSTER 'nation' AS mart_local.kpi_areas ENGINE = Distributed('nation', 'mart_local', 'kpi_areas', cityHash64(province_id, regency_id));

INSERT INTO ops.definitions (fingerprint) VALUES ('tables made anew');
