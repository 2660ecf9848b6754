DROP TABLE IF EXISTS ops_local.places_food_productions_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.places_food_productions_beside ON CLUSTER 'nation' SYNC;

CREATE TABLE ops_local.places_food_productions_beside ON CLUSTER 'nation' (
  sppg_id String, at DateTime64(3, 'UTC'), menu_id String, ended DateTime64(6, 'UTC') DEFAULT toDateTime64('1900-01-01 00:00:00', 6, 'UTC'), key String,
  INDEX by_menu menu_id TYPE bloom_filter(0.01) GRANULARITY 8,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (sppg_id, at, menu_id, ended, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 256,
  min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

CREATE TABLE ops.places_food_productions_beside ON CLUSTER 'nation' AS ops_local.places_food_productions_beside ENGINE = Distributed('nation', 'ops_local', 'places_food_productions_beside', cityHash64(sppg_id));

INSERT INTO ops.places_food_productions_beside (sppg_id, at, menu_id, key) SELECT sppg_id, at, menu_id, key FROM ops.places_food_productions;

EXCHANGE TABLES ops_local.places_food_productions AND ops_local.places_food_productions_beside ON CLUSTER 'nation';

DROP TABLE IF EXISTS ops_local.places_food_productions_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.places_food_productions_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops_local.cells ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.cells ON CLUSTER 'nation' SYNC;

CREATE TABLE IF NOT EXISTS ops_local.cells ON CLUSTER 'nation' (
  attempt UInt64,
  chunk UInt32,
  fact LowCardinality(String),
  kpi LowCardinality(String),
  day Date32,
  sppg_id String,
  split LowCardinality(String),
  num Nullable(Float64),
  den Nullable(Float64),
  written_at DateTime DEFAULT now()
) ENGINE = ReplicatedMergeTree ORDER BY (attempt, chunk, sppg_id)
TTL written_at + INTERVAL 1 DAY
SETTINGS index_granularity = 512, max_bytes_to_merge_at_max_space_in_pool = 16777216, ttl_only_drop_parts = 1, min_parts_to_merge_at_once = 30;

CREATE TABLE IF NOT EXISTS ops.cells ON CLUSTER 'nation' AS ops_local.cells ENGINE = Distributed('nation', 'ops_local', 'cells', cityHash64(sppg_id));

ALTER TABLE ops_local.claims ON CLUSTER 'nation' MODIFY SETTING min_parts_to_merge_at_once = 10;
