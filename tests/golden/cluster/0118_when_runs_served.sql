DROP TABLE IF EXISTS ops_local.places_food_distributions_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.places_food_distributions_beside ON CLUSTER 'nation' SYNC;

CREATE TABLE ops_local.places_food_distributions_beside ON CLUSTER 'nation' (
  sppg_id String, at DateTime64(3, 'UTC'), production_id String, status LowCardinality(String), served Bool DEFAULT status = 'COMPLETED', key String,
  PROJECTION by_production (SELECT * ORDER BY production_id) WITH SETTINGS (index_granularity = 64),
  PROJECTION by_key (SELECT * ORDER BY key) WITH SETTINGS (index_granularity = 64)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (sppg_id, at, production_id, served, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 256,
  min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

CREATE TABLE ops.places_food_distributions_beside ON CLUSTER 'nation' AS ops_local.places_food_distributions_beside ENGINE = Distributed('nation', 'ops_local', 'places_food_distributions_beside', cityHash64(sppg_id));

INSERT INTO ops.places_food_distributions_beside (sppg_id, at, production_id, key) SELECT sppg_id, at, production_id, key FROM ops.places_food_distributions;

EXCHANGE TABLES ops_local.places_food_distributions AND ops_local.places_food_distributions_beside ON CLUSTER 'nation';

DROP TABLE IF EXISTS ops_local.places_food_distributions_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.places_food_distributions_beside ON CLUSTER 'nation' SYNC;

ALTER TABLE ops_local.places_food_distributions ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS status LowCardinality(String) AFTER production_id;

ALTER TABLE ops.places_food_distributions ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS status LowCardinality(String) AFTER production_id;

ALTER TABLE ops_local.places_food_distributions ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS served Bool DEFAULT status = 'COMPLETED' AFTER status;

ALTER TABLE ops.places_food_distributions ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS served Bool DEFAULT status = 'COMPLETED' AFTER status;
