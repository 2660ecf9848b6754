-- A run's place tells whether it has served: months are told of that, and of nothing else of it. As the place is another, runs are copied again, and with
-- them what their places lack: those of before say it has not.
DROP TABLE IF EXISTS ops.places_food_distributions_beside SYNC;
CREATE TABLE ops.places_food_distributions_beside (
  sppg_id String, at DateTime64(3, 'UTC'), production_id String, status LowCardinality(String), served Bool DEFAULT status = 'COMPLETED', key String,
  PROJECTION by_production (SELECT * ORDER BY production_id) WITH SETTINGS (index_granularity = 64),
  PROJECTION by_key (SELECT * ORDER BY key) WITH SETTINGS (index_granularity = 64)
) ENGINE = ReplacingMergeTree ORDER BY (sppg_id, at, production_id, served, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 256,
  min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
INSERT INTO ops.places_food_distributions_beside (sppg_id, at, production_id, key) SELECT sppg_id, at, production_id, key FROM ops.places_food_distributions;
EXCHANGE TABLES ops.places_food_distributions AND ops.places_food_distributions_beside;
DROP TABLE ops.places_food_distributions_beside SYNC;
-- On a cluster the exchange is of the servers' own tables: the one that is over all of them learns of the columns, too.
ALTER TABLE ops.places_food_distributions ADD COLUMN IF NOT EXISTS status LowCardinality(String) AFTER production_id;
ALTER TABLE ops.places_food_distributions ADD COLUMN IF NOT EXISTS served Bool DEFAULT status = 'COMPLETED' AFTER status;
