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
SETTINGS index_granularity = 2048;

-- Which (SPPG, day) cells exist: found by SPPG when everything of a kitchen must be recomputed.
CREATE TABLE IF NOT EXISTS mart.cells (
  sppg_id String,
  day Date32
) ENGINE = ReplacingMergeTree ORDER BY (sppg_id, day)
SETTINGS index_granularity = 2048;

CREATE MATERIALIZED VIEW IF NOT EXISTS mart.claimed_cells TO mart.cells AS SELECT DISTINCT sppg_id, day FROM ops.claims
