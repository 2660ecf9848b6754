CREATE TABLE IF NOT EXISTS ops_local.cells ON CLUSTER 'nation' (
  claim UInt64,
  chunk UInt32,
  fact LowCardinality(String),
  kpi LowCardinality(String),
  day Date32,
  sppg_id String,
  split LowCardinality(String),
  num Nullable(Float64),
  den Nullable(Float64),
  written_at DateTime DEFAULT now()
) ENGINE = ReplicatedMergeTree ORDER BY (claim, chunk, sppg_id)
TTL written_at + INTERVAL 1 DAY;

CREATE TABLE IF NOT EXISTS ops.cells ON CLUSTER 'nation' AS ops_local.cells ENGINE = Distributed('nation', 'ops_local', 'cells', cityHash64(sppg_id));

CREATE TABLE IF NOT EXISTS mart_local.kpi_members ON CLUSTER 'nation' (
  day Date32,
  regency_id String,
  fact LowCardinality(String),
  sppg_id String,
  cells Array(Tuple(kpi LowCardinality(String), split LowCardinality(String), num Nullable(Float64), den Nullable(Float64))),
  seq UInt64
) ENGINE = ReplicatedReplacingMergeTree(seq) PARTITION BY toYear(day) * 12 + toMonth(day) ORDER BY (day, regency_id, fact, sppg_id)
SETTINGS index_granularity = 128;

CREATE TABLE IF NOT EXISTS mart.kpi_members ON CLUSTER 'nation' AS mart_local.kpi_members ENGINE = Distributed('nation', 'mart_local', 'kpi_members', cityHash64(sppg_id));

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
) ENGINE = ReplicatedReplacingMergeTree(seq) PARTITION BY toYear(day) * 12 + toMonth(day) ORDER BY (kpi, sppg_id, day, split)
SETTINGS index_granularity = 512, min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

CREATE TABLE mart.kpi_daily_finer ON CLUSTER 'nation' AS mart_local.kpi_daily_finer ENGINE = Distributed('nation', 'mart_local', 'kpi_daily_finer', cityHash64(sppg_id));

INSERT INTO mart.kpi_daily_finer SELECT * FROM mart.kpi_daily SETTINGS max_partitions_per_insert_block = 0;

EXCHANGE TABLES mart_local.kpi_daily AND mart_local.kpi_daily_finer ON CLUSTER 'nation';

DROP TABLE IF EXISTS mart_local.kpi_daily_finer ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS mart.kpi_daily_finer ON CLUSTER 'nation' SYNC;

INSERT INTO ops.definitions (fingerprint) VALUES ('tables made anew');
