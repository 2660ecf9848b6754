-- The cells of a refresh, where its statements put them before they are copied to where they are read: by attempt, for two workers may
-- try the same claim when one has lost its lock. Kept a day for inspection.
CREATE TABLE IF NOT EXISTS ops.cells (
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
) ENGINE = MergeTree ORDER BY (attempt, chunk, sppg_id)
TTL written_at + INTERVAL 1 DAY;

-- The same cells as mart.kpi_daily, a row for all of a fact of a kitchen's day, by day and regency: what areas are summed from, a few
-- neighbouring granules an area instead of one in every kitchen's months. A kitchen that moved leaves rows behind it, which count
-- for nothing: it is no member there any more.
CREATE TABLE IF NOT EXISTS mart.kpi_members (
  day Date32,
  regency_id String,
  fact LowCardinality(String),
  sppg_id String,
  cells Array(Tuple(kpi LowCardinality(String), split LowCardinality(String), num Nullable(Float64), den Nullable(Float64))),
  seq UInt64
) ENGINE = ReplacingMergeTree(seq) PARTITION BY toYear(day) * 12 + toMonth(day) ORDER BY (day, regency_id, fact, sppg_id)
SETTINGS index_granularity = 128;

INSERT INTO ops.definitions (fingerprint) VALUES ('tables made anew');
