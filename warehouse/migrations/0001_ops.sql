-- Bookkeeping of replication and rollup. Everything here is append-only or replaced by version.

-- One row per loaded batch: the commits whose end LSN lies in (start_lsn, end_lsn] are durable, with their change marks.
-- The contiguous union of these intervals is the watermark.
CREATE TABLE IF NOT EXISTS ops.batches (
  slot_id String,
  start_lsn UInt64,
  end_lsn UInt64,
  rows UInt64,
  committed_at DateTime64(6, 'UTC'),
  loaded_at DateTime64(3, 'UTC') DEFAULT now64(3),
  tables Map(LowCardinality(String), UInt64)
) ENGINE = ReplacingMergeTree ORDER BY (slot_id, end_lsn, start_lsn);

-- Dirty marks of the stream: which key of which table changed in which commit; existence = the change created or removed
-- the row (a row that only changed cannot have joined or left others by its key).
CREATE TABLE IF NOT EXISTS ops.changes (
  lsn UInt64,
  table LowCardinality(String),
  existence Bool,
  key String
) ENGINE = MergeTree ORDER BY (lsn, table)
SETTINGS index_granularity = 1024;

-- Dirty marks from outside the stream (repairs, rebuilds): open until done = 1.
CREATE TABLE IF NOT EXISTS ops.marks (
  id UUID,
  table LowCardinality(String),
  keys Array(String),
  reason LowCardinality(String),
  done UInt8,
  created_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplacingMergeTree(done) ORDER BY id;

-- How far rollups have followed the stream: marks with lsn < rolled_lsn are worked off. A refresh writes a row when
-- its cells are written; one that crashed before is done again under the same seq.
CREATE TABLE IF NOT EXISTS ops.rollups (
  slot_id String,
  rolled_lsn UInt64,
  rolled_at DateTime64(3, 'UTC'),
  committed_at DateTime64(6, 'UTC'),
  cells UInt64,
  seq UInt64
) ENGINE = MergeTree ORDER BY (slot_id, rolled_lsn);

-- Replicated tables and their state: copying, live, quarantined, missing.
CREATE TABLE IF NOT EXISTS ops.tables (
  table LowCardinality(String),
  state LowCardinality(String),
  reason String,
  slot_id String,
  copied_rows UInt64,
  consistent_lsn UInt64,
  changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplacingMergeTree(changed_at) ORDER BY table;

-- Ledger of reconciliation runs.
CREATE TABLE IF NOT EXISTS ops.reconciliations (
  run_id UUID,
  table LowCardinality(String),
  checked_rows UInt64,
  missing UInt64,
  extra UInt64,
  different UInt64,
  repaired UInt64,
  source_lsn UInt64,
  started_at DateTime64(3, 'UTC'),
  finished_at DateTime64(3, 'UTC')
) ENGINE = MergeTree ORDER BY (finished_at, table);

-- Batches that cannot be loaded: kept with their reason, never dropped.
CREATE TABLE IF NOT EXISTS ops.parked (
  id String,
  slot_id String,
  start_lsn UInt64,
  end_lsn UInt64,
  reason String,
  payload String CODEC(ZSTD(3)),
  state LowCardinality(String),
  changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplacingMergeTree(changed_at) ORDER BY id;

-- Places: which cells a key has ever belonged to. Read by cell (sorting key) and by row (projection by_key).
-- A stale place costs one needless lookup and never a wrong number.
CREATE TABLE IF NOT EXISTS ops.places_food_productions (
  sppg_id String, at DateTime64(3, 'UTC'), menu_id String, key String,
  INDEX by_menu menu_id TYPE bloom_filter(0.01) GRANULARITY 1,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (sppg_id, at, menu_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 2048;

CREATE TABLE IF NOT EXISTS ops.places_quality_controls (
  at DateTime64(3, 'UTC'), production_id String, key String,
  INDEX by_production production_id TYPE bloom_filter(0.01) GRANULARITY 1,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (toDate32(at), production_id, at, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 2048;

CREATE TABLE IF NOT EXISTS ops.places_food_distributions (
  sppg_id String, at DateTime64(3, 'UTC'), production_id String, key String,
  INDEX by_production production_id TYPE bloom_filter(0.01) GRANULARITY 1,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (sppg_id, at, production_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 2048;

CREATE TABLE IF NOT EXISTS ops.places_school_distributions (
  program_id String, at DateTime64(3, 'UTC'), school_id String, key String,
  INDEX by_school school_id TYPE bloom_filter(0.01) GRANULARITY 1,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (program_id, at, school_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 2048;

CREATE TABLE IF NOT EXISTS ops.places_school_feeding_reports (
  distribution_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (distribution_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_waste_management (
  sppg_id String, at DateTime64(3, 'UTC'), key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (sppg_id, at, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 2048;

CREATE TABLE IF NOT EXISTS ops.places_nutrition_programs (
  sppg_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (sppg_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_menu_nutrition_calculations (
  menu_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (menu_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_sppg (
  province_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (province_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024
;

-- Cells claimed by one refresh, with the kitchen's offset from UTC in hours (0 = unknown); kept a day for inspection.
CREATE TABLE IF NOT EXISTS ops.claims (
  claim UInt64,
  fact LowCardinality(String),
  sppg_id String,
  day Date32,
  shift Int8,
  claimed_at DateTime DEFAULT now()
) ENGINE = MergeTree ORDER BY (claim, fact, sppg_id, day)
TTL claimed_at + INTERVAL 1 DAY
