-- A kitchen's cells stand together, so that a trend of one kitchen reads a few granules; months apart, so that a day of all
-- kitchens reads one month. Areas: the same figures summed over the kitchens of a regency (demo kitchens left out), for
-- everything above the kitchen. A cell is replaced as a whole; num null = no data. They are filled by a recomputation.
DROP TABLE IF EXISTS mart.kpi_daily;

CREATE TABLE mart.kpi_daily (
  kpi LowCardinality(String),
  day Date32,
  sppg_id String,
  split LowCardinality(String),
  num Nullable(Float64),
  den Nullable(Float64),
  seq UInt64,
  watermark_lsn UInt64
) ENGINE = ReplacingMergeTree(seq) PARTITION BY toYear(day) * 12 + toMonth(day) ORDER BY (kpi, sppg_id, day, split)
SETTINGS index_granularity = 2048;

CREATE TABLE IF NOT EXISTS mart.kpi_areas (
  kpi LowCardinality(String),
  day Date32,
  province_id String,
  regency_id String,
  split LowCardinality(String),
  num Nullable(Float64),
  den Nullable(Float64),
  units UInt64,
  seq UInt64
) ENGINE = ReplacingMergeTree(seq) ORDER BY (kpi, split, province_id, regency_id, day)
SETTINGS index_granularity = 2048;

INSERT INTO ops.definitions (fingerprint) VALUES ('tables made anew')
