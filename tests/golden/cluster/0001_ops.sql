CREATE TABLE IF NOT EXISTS ops_local.batches ON CLUSTER 'nation' (
  slot_id String,
  start_lsn UInt64,
  end_lsn UInt64,
  rows UInt64,
  committed_at DateTime64(6, 'UTC'),
  loaded_at DateTime64(3, 'UTC') DEFAULT now64(3),
  tables Map(LowCardinality(String), UInt64)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (slot_id, end_lsn, start_lsn);

CREATE TABLE IF NOT EXISTS ops.batches ON CLUSTER 'nation' AS ops_local.batches ENGINE = Distributed('nation', 'ops_local', 'batches', cityHash64(slot_id, end_lsn, start_lsn));

CREATE TABLE IF NOT EXISTS ops_local.changes ON CLUSTER 'nation' (
  lsn UInt64,
  table LowCardinality(String),
  existence Bool,
  key String
) ENGINE = ReplicatedMergeTree ORDER BY (lsn, table)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.changes ON CLUSTER 'nation' AS ops_local.changes ENGINE = Distributed('nation', 'ops_local', 'changes', cityHash64(lsn, table));

CREATE TABLE IF NOT EXISTS ops_local.marks ON CLUSTER 'nation' (
  id UUID,
  table LowCardinality(String),
  keys Array(String),
  reason LowCardinality(String),
  done UInt8,
  created_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplicatedReplacingMergeTree(done) ORDER BY id;

CREATE TABLE IF NOT EXISTS ops.marks ON CLUSTER 'nation' AS ops_local.marks ENGINE = Distributed('nation', 'ops_local', 'marks', cityHash64(id));

CREATE TABLE IF NOT EXISTS ops_local.rollups ON CLUSTER 'nation' (
  slot_id String,
  rolled_lsn UInt64,
  rolled_at DateTime64(3, 'UTC'),
  committed_at DateTime64(6, 'UTC'),
  cells UInt64,
  seq UInt64
) ENGINE = ReplicatedMergeTree ORDER BY (slot_id, rolled_lsn);

CREATE TABLE IF NOT EXISTS ops.rollups ON CLUSTER 'nation' AS ops_local.rollups ENGINE = Distributed('nation', 'ops_local', 'rollups', cityHash64(slot_id, rolled_lsn));

CREATE TABLE IF NOT EXISTS ops_local.tables ON CLUSTER 'nation' (
  table LowCardinality(String),
  state LowCardinality(String),
  reason String,
  slot_id String,
  copied_rows UInt64,
  consistent_lsn UInt64,
  changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplicatedReplacingMergeTree(changed_at) ORDER BY table;

CREATE TABLE IF NOT EXISTS ops.tables ON CLUSTER 'nation' AS ops_local.tables ENGINE = Distributed('nation', 'ops_local', 'tables', cityHash64(table));

CREATE TABLE IF NOT EXISTS ops_local.reconciliations ON CLUSTER 'nation' (
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
) ENGINE = ReplicatedMergeTree ORDER BY (finished_at, table);

CREATE TABLE IF NOT EXISTS ops.reconciliations ON CLUSTER 'nation' AS ops_local.reconciliations ENGINE = Distributed('nation', 'ops_local', 'reconciliations', cityHash64(finished_at, table));

CREATE TABLE IF NOT EXISTS ops_local.parked ON CLUSTER 'nation' (
  id String,
  slot_id String,
  start_lsn UInt64,
  end_lsn UInt64,
  reason String,
  payload String CODEC(ZSTD(3)),
  state LowCardinality(String),
  changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplicatedReplacingMergeTree(changed_at) ORDER BY id;

CREATE TABLE IF NOT EXISTS ops.parked ON CLUSTER 'nation' AS ops_local.parked ENGINE = Distributed('nation', 'ops_local', 'parked', cityHash64(id));

CREATE TABLE IF NOT EXISTS ops_local.places_food_productions ON CLUSTER 'nation' (
  sppg_id String, at DateTime64(3, 'UTC'), menu_id String, key String,
  INDEX by_menu menu_id TYPE bloom_filter(0.01) GRANULARITY 1,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (sppg_id, at, menu_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 2048;

CREATE TABLE IF NOT EXISTS ops.places_food_productions ON CLUSTER 'nation' AS ops_local.places_food_productions ENGINE = Distributed('nation', 'ops_local', 'places_food_productions', cityHash64(sppg_id));

CREATE TABLE IF NOT EXISTS ops_local.places_quality_controls ON CLUSTER 'nation' (
  at DateTime64(3, 'UTC'), production_id String, key String,
  INDEX by_production production_id TYPE bloom_filter(0.01) GRANULARITY 1,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (toDate32(at), production_id, at, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 2048;

CREATE TABLE IF NOT EXISTS ops.places_quality_controls ON CLUSTER 'nation' AS ops_local.places_quality_controls ENGINE = Distributed('nation', 'ops_local', 'places_quality_controls', cityHash64(toDate32(at), production_id, at, key));

CREATE TABLE IF NOT EXISTS ops_local.places_food_distributions ON CLUSTER 'nation' (
  sppg_id String, at DateTime64(3, 'UTC'), production_id String, key String,
  INDEX by_production production_id TYPE bloom_filter(0.01) GRANULARITY 1,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (sppg_id, at, production_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 2048;

CREATE TABLE IF NOT EXISTS ops.places_food_distributions ON CLUSTER 'nation' AS ops_local.places_food_distributions ENGINE = Distributed('nation', 'ops_local', 'places_food_distributions', cityHash64(sppg_id));

CREATE TABLE IF NOT EXISTS ops_local.places_school_distributions ON CLUSTER 'nation' (
  program_id String, at DateTime64(3, 'UTC'), school_id String, key String,
  INDEX by_school school_id TYPE bloom_filter(0.01) GRANULARITY 1,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (program_id, at, school_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 2048;

CREATE TABLE IF NOT EXISTS ops.places_school_distributions ON CLUSTER 'nation' AS ops_local.places_school_distributions ENGINE = Distributed('nation', 'ops_local', 'places_school_distributions', cityHash64(program_id, at, school_id, key));

CREATE TABLE IF NOT EXISTS ops_local.places_school_feeding_reports ON CLUSTER 'nation' (
  distribution_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (distribution_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_school_feeding_reports ON CLUSTER 'nation' AS ops_local.places_school_feeding_reports ENGINE = Distributed('nation', 'ops_local', 'places_school_feeding_reports', cityHash64(distribution_id, key));

CREATE TABLE IF NOT EXISTS ops_local.places_waste_management ON CLUSTER 'nation' (
  sppg_id String, at DateTime64(3, 'UTC'), key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (sppg_id, at, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 2048;

CREATE TABLE IF NOT EXISTS ops.places_waste_management ON CLUSTER 'nation' AS ops_local.places_waste_management ENGINE = Distributed('nation', 'ops_local', 'places_waste_management', cityHash64(sppg_id));

CREATE TABLE IF NOT EXISTS ops_local.places_nutrition_programs ON CLUSTER 'nation' (
  sppg_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (sppg_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_nutrition_programs ON CLUSTER 'nation' AS ops_local.places_nutrition_programs ENGINE = Distributed('nation', 'ops_local', 'places_nutrition_programs', cityHash64(sppg_id));

CREATE TABLE IF NOT EXISTS ops_local.places_menu_nutrition_calculations ON CLUSTER 'nation' (
  menu_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (menu_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_menu_nutrition_calculations ON CLUSTER 'nation' AS ops_local.places_menu_nutrition_calculations ENGINE = Distributed('nation', 'ops_local', 'places_menu_nutrition_calculations', cityHash64(menu_id, key));

CREATE TABLE IF NOT EXISTS ops_local.places_sppg ON CLUSTER 'nation' (
  province_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (province_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_sppg ON CLUSTER 'nation' AS ops_local.places_sppg ENGINE = Distributed('nation', 'ops_local', 'places_sppg', cityHash64(province_id, key));

CREATE TABLE IF NOT EXISTS ops_local.claims ON CLUSTER 'nation' (
  claim UInt64,
  fact LowCardinality(String),
  sppg_id String,
  day Date32,
  shift Int8,
  claimed_at DateTime DEFAULT now()
) ENGINE = ReplicatedMergeTree ORDER BY (claim, fact, sppg_id, day)
TTL claimed_at + INTERVAL 1 DAY;

CREATE TABLE IF NOT EXISTS ops.claims ON CLUSTER 'nation' AS ops_local.claims ENGINE = Distributed('nation', 'ops_local', 'claims', cityHash64(sppg_id));
