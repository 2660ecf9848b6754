-- Cells on their way are read once and then dropped, a partition each time they are computed (on a cluster they go by their TTL): merging them was a third
-- of all merging.
DROP TABLE IF EXISTS ops.cells SYNC;
CREATE TABLE IF NOT EXISTS ops.cells (
  attempt UInt64,
  fact LowCardinality(String),
  kpi LowCardinality(String),
  day Date32,
  sppg_id String,
  split LowCardinality(String),
  num Nullable(Float64),
  den Nullable(Float64),
  written_at DateTime DEFAULT now()
) ENGINE = MergeTree PARTITION BY attempt ORDER BY (attempt, sppg_id)
TTL written_at + INTERVAL 1 DAY
SETTINGS index_granularity = 512, ttl_only_drop_parts = 1;

-- Changed keys are scattered over all there are: each is a granule, and the smaller it is the less is read for one row.
ALTER TABLE ops.places_food_productions DROP PROJECTION IF EXISTS by_key SETTINGS mutations_sync = 2;
ALTER TABLE ops.places_food_productions ADD PROJECTION by_key (SELECT * ORDER BY key) WITH SETTINGS (index_granularity = 64);
ALTER TABLE ops.places_food_productions MATERIALIZE PROJECTION by_key SETTINGS mutations_sync = 2;
ALTER TABLE ops.places_quality_controls DROP PROJECTION IF EXISTS by_key SETTINGS mutations_sync = 2;
ALTER TABLE ops.places_quality_controls ADD PROJECTION by_key (SELECT * ORDER BY key) WITH SETTINGS (index_granularity = 64);
ALTER TABLE ops.places_quality_controls MATERIALIZE PROJECTION by_key SETTINGS mutations_sync = 2;
ALTER TABLE ops.places_quality_controls DROP PROJECTION IF EXISTS by_production SETTINGS mutations_sync = 2;
ALTER TABLE ops.places_quality_controls ADD PROJECTION by_production (SELECT * ORDER BY production_id) WITH SETTINGS (index_granularity = 64);
ALTER TABLE ops.places_quality_controls MATERIALIZE PROJECTION by_production SETTINGS mutations_sync = 2;
ALTER TABLE ops.places_school_distributions DROP PROJECTION IF EXISTS by_key SETTINGS mutations_sync = 2;
ALTER TABLE ops.places_school_distributions ADD PROJECTION by_key (SELECT * ORDER BY key) WITH SETTINGS (index_granularity = 64);
ALTER TABLE ops.places_school_distributions MATERIALIZE PROJECTION by_key SETTINGS mutations_sync = 2;

-- As in 0118, of what 0116 has put into a table by exchange.
ALTER TABLE ops.places_food_productions ADD COLUMN IF NOT EXISTS ended DateTime64(6, 'UTC') DEFAULT toDateTime64('1900-01-01 00:00:00', 6, 'UTC') AFTER menu_id;
