-- Where the comparison of each table with the source stands, so that the next run continues there. Counts are those of
-- the pass so far; phase 'source' walks the source's keys, 'warehouse' the warehouse's, 'done' ends the pass.
CREATE TABLE IF NOT EXISTS ops.reconcile_progress (
  table LowCardinality(String),
  pass_id UUID,
  phase LowCardinality(String),
  after_key Array(String),
  checked UInt64,
  missing UInt64,
  extra UInt64,
  different UInt64,
  repaired UInt64,
  unstorable UInt64,
  source_lsn UInt64,
  pending Array(String),
  began_at DateTime64(3, 'UTC'),
  changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplacingMergeTree(changed_at) ORDER BY table;

-- Keys of one chunk under comparison with the hashes the source has for them ('' = the source has no such row).
CREATE TABLE IF NOT EXISTS ops.reconcile_keys (
  chunk UUID,
  key String,
  hash String,
  added_at DateTime DEFAULT now()
) ENGINE = MergeTree ORDER BY (chunk, key)
TTL added_at + INTERVAL 1 HOUR;

-- The ledger has one row per run and table: counts of the pass so far, and whether the pass is complete.
ALTER TABLE ops.reconciliations ADD COLUMN IF NOT EXISTS unstorable UInt64 DEFAULT 0;
ALTER TABLE ops.reconciliations ADD COLUMN IF NOT EXISTS complete Bool DEFAULT true
