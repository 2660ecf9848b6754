-- Rollup cells: one row per KPI, SPPG, local day and split ('' is the total). num null = the cell has no data.
-- A cell is replaced as a whole by a later recomputation (seq grows with every refresh); emptied cells are written as empty.
CREATE DATABASE IF NOT EXISTS mart;

CREATE TABLE IF NOT EXISTS mart.kpi_daily (
  kpi LowCardinality(String),
  day Date32,
  sppg_id String,
  split LowCardinality(String),
  num Nullable(Float64),
  den Nullable(Float64),
  seq UInt64,
  watermark_lsn UInt64
) ENGINE = ReplacingMergeTree(seq) ORDER BY (kpi, day, sppg_id, split)
SETTINGS index_granularity = 2048
