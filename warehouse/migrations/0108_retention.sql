-- How far back cells are kept (warehouse/retention.ts). The newest row holds; below its day there are no cells.
CREATE TABLE IF NOT EXISTS ops.retention (
  set_at DateTime64(3, 'UTC') DEFAULT now64(3),
  horizon Date32
) ENGINE = MergeTree ORDER BY set_at;

-- Cells below the horizon that a change of the source would have computed again, per refresh.
CREATE TABLE IF NOT EXISTS ops.refused (
  claim UInt64,
  cells UInt64,
  first_day Date32,
  last_day Date32,
  refused_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplacingMergeTree(refused_at) ORDER BY claim TTL toDateTime(refused_at) + INTERVAL 400 DAY
