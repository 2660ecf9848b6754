-- Kitchens' cells are ordered by a number for the fact, day and regency they are summed in (rollups/compute.ts), and list their KPIs in one order.
DROP TABLE IF EXISTS mart.kpi_members SYNC;
DROP TABLE IF EXISTS mart.kpi_members_beside SYNC;
CREATE TABLE IF NOT EXISTS mart.kpi_members (
  area UInt128,
  day Date32,
  sppg_id String,
  cells Array(Tuple(kpi LowCardinality(String), split LowCardinality(String), num Nullable(Float64), den Nullable(Float64))),
  seq UInt64
) ENGINE = ReplacingMergeTree(seq) PARTITION BY toYear(day) * 12 + toMonth(day) ORDER BY (area, sppg_id)
SETTINGS index_granularity = 128, min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

INSERT INTO ops.definitions (fingerprint) VALUES ('tables made anew');
