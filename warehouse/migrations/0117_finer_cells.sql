-- Cells stand by KPI and day for whoever looks at many kitchens, a refresh at their splits of a day among them, and in finer granules. Copied, and not
-- computed again: a cell is right as it is. What an earlier version has built beside is built anew.
DROP TABLE IF EXISTS mart.kpi_daily_beside SYNC;
DROP TABLE IF EXISTS mart.kpi_members_beside SYNC;
DROP TABLE IF EXISTS mart.flow_stages_beside SYNC;
DROP TABLE IF EXISTS mart.kpi_areas_beside SYNC;
DROP TABLE IF EXISTS mart.kpi_daily_finer SYNC;
CREATE TABLE mart.kpi_daily_finer (
  kpi LowCardinality(String),
  day Date32,
  sppg_id String,
  split LowCardinality(String),
  num Nullable(Float64),
  den Nullable(Float64),
  seq UInt64,
  watermark_lsn UInt64
) ENGINE = ReplacingMergeTree(seq) PARTITION BY toYear(day) * 12 + toMonth(day) ORDER BY (kpi, day, sppg_id, split)
SETTINGS index_granularity = 512, min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
INSERT INTO mart.kpi_daily_finer SELECT * FROM mart.kpi_daily SETTINGS max_partitions_per_insert_block = 0;
EXCHANGE TABLES mart.kpi_daily AND mart.kpi_daily_finer;
DROP TABLE mart.kpi_daily_finer SYNC;

-- The same cells by kitchen: what one looks at, its own days, is three granules a month instead of one for every figure. A table and not a projection of
-- the other: the policies of readers' accounts are not kept by whoever reads a projection's parts.
DROP TABLE IF EXISTS mart.kpi_kitchens SYNC;
CREATE TABLE mart.kpi_kitchens (
  kpi LowCardinality(String),
  day Date32,
  sppg_id String,
  split LowCardinality(String),
  num Nullable(Float64),
  den Nullable(Float64),
  seq UInt64
) ENGINE = ReplacingMergeTree(seq) PARTITION BY toYear(day) * 12 + toMonth(day) ORDER BY (sppg_id, day, kpi, split)
SETTINGS index_granularity = 512, min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
INSERT INTO mart.kpi_kitchens SELECT kpi, day, sppg_id, split, num, den, seq FROM mart.kpi_daily SETTINGS max_partitions_per_insert_block = 0;
