-- A refresh looks at the splits of a few hundred kitchens' day: what it reads is granules. Copied, and not computed again: a cell is right as it is.
DROP TABLE IF EXISTS mart.kpi_daily_beside SYNC;
CREATE TABLE mart.kpi_daily_beside (
  kpi LowCardinality(String),
  day Date32,
  sppg_id String,
  split LowCardinality(String),
  num Nullable(Float64),
  den Nullable(Float64),
  seq UInt64,
  watermark_lsn UInt64
) ENGINE = ReplacingMergeTree(seq) ORDER BY (kpi, day, sppg_id, split)
SETTINGS index_granularity = 512, min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
INSERT INTO mart.kpi_daily_beside SELECT * FROM mart.kpi_daily;
EXCHANGE TABLES mart.kpi_daily AND mart.kpi_daily_beside;
DROP TABLE mart.kpi_daily_beside SYNC;

-- The same cells by kitchen: what one looks at, its own days, is three granules a month instead of one for every figure and day. A table and not a
-- projection of the other: the policies of readers' accounts are not kept by whoever reads a projection's parts.
DROP TABLE IF EXISTS mart.kpi_kitchens SYNC;
CREATE TABLE mart.kpi_kitchens (
  kpi LowCardinality(String),
  day Date32,
  sppg_id String,
  split LowCardinality(String),
  num Nullable(Float64),
  den Nullable(Float64),
  seq UInt64
) ENGINE = ReplacingMergeTree(seq) ORDER BY (sppg_id, day, kpi, split)
SETTINGS index_granularity = 512, min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
INSERT INTO mart.kpi_kitchens SELECT kpi, day, sppg_id, split, num, den, seq FROM mart.kpi_daily;
