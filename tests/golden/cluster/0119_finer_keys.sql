DROP TABLE IF EXISTS ops_local.cells ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.cells ON CLUSTER 'nation' SYNC;

CREATE TABLE IF NOT EXISTS ops_local.cells ON CLUSTER 'nation' (
  attempt UInt64,
  fact LowCardinality(String),
  kpi LowCardinality(String),
  day Date32,
  sppg_id String,
  split LowCardinality(String),
  num Nullable(Float64),
  den Nullable(Float64),
  written_at DateTime DEFAULT now()
) ENGINE = ReplicatedMergeTree ORDER BY (attempt, sppg_id)
TTL written_at + INTERVAL 1 DAY
SETTINGS index_granularity = 512, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS ops.cells ON CLUSTER 'nation' AS ops_local.cells ENGINE = Distributed('nation', 'ops_local', 'cells', cityHash64(sppg_id));

ALTER TABLE ops_local.places_food_productions ON CLUSTER 'nation' DROP PROJECTION IF EXISTS by_key SETTINGS mutations_sync = 2;

ALTER TABLE ops_local.places_food_productions ON CLUSTER 'nation' ADD PROJECTION by_key (SELECT * ORDER BY key) WITH SETTINGS (index_granularity = 64);

ALTER TABLE ops_local.places_food_productions ON CLUSTER 'nation' MATERIALIZE PROJECTION by_key SETTINGS mutations_sync = 2;

ALTER TABLE ops_local.places_quality_controls ON CLUSTER 'nation' DROP PROJECTION IF EXISTS by_key SETTINGS mutations_sync = 2;

ALTER TABLE ops_local.places_quality_controls ON CLUSTER 'nation' ADD PROJECTION by_key (SELECT * ORDER BY key) WITH SETTINGS (index_granularity = 64);

ALTER TABLE ops_local.places_quality_controls ON CLUSTER 'nation' MATERIALIZE PROJECTION by_key SETTINGS mutations_sync = 2;

ALTER TABLE ops_local.places_quality_controls ON CLUSTER 'nation' DROP PROJECTION IF EXISTS by_production SETTINGS mutations_sync = 2;

ALTER TABLE ops_local.places_quality_controls ON CLUSTER 'nation' ADD PROJECTION by_production (SELECT * ORDER BY production_id) WITH SETTINGS (index_granularity = 64);

ALTER TABLE ops_local.places_quality_controls ON CLUSTER 'nation' MATERIALIZE PROJECTION by_production SETTINGS mutations_sync = 2;

ALTER TABLE ops_local.places_school_distributions ON CLUSTER 'nation' DROP PROJECTION IF EXISTS by_key SETTINGS mutations_sync = 2;

ALTER TABLE ops_local.places_school_distributions ON CLUSTER 'nation' ADD PROJECTION by_key (SELECT * ORDER BY key) WITH SETTINGS (index_granularity = 64);

ALTER TABLE ops_local.places_school_distributions ON CLUSTER 'nation' MATERIALIZE PROJECTION by_key SETTINGS mutations_sync = 2;

ALTER TABLE ops_local.places_food_productions ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS ended DateTime64(6, 'UTC') DEFAULT toDateTime64('1900-01-01 00:00:00', 6, 'UTC') AFTER menu_id;

ALTER TABLE ops.places_food_productions ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS ended DateTime64(6, 'UTC') DEFAULT toDateTime64('1900-01-01 00:00:00', 6, 'UTC') AFTER menu_id;
