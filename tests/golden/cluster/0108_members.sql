CREATE TABLE IF NOT EXISTS ops_local.cells ON CLUSTER 'nation' (
  attempt UInt64,
  chunk UInt32,
  fact LowCardinality(String),
  kpi LowCardinality(String),
  day Date32,
  sppg_id String,
  split LowCardinality(String),
  num Nullable(Float64),
  den Nullable(Float64),
  written_at DateTime DEFAULT now()
) ENGINE = ReplicatedMergeTree ORDER BY (attempt, chunk, sppg_id)
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

INSERT INTO ops.definitions (fingerprint) VALUES ('tables made anew');
