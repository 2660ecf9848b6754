CREATE TABLE IF NOT EXISTS ops_local.places_procurements ON CLUSTER 'nation' (
  sppg_id String, ordered_at DateTime64(3, 'UTC'), delivered_at Nullable(DateTime64(3, 'UTC')),
  at DateTime64(3, 'UTC') DEFAULT ifNull(delivered_at, ordered_at), key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (sppg_id, at, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 2048;

CREATE TABLE IF NOT EXISTS ops.places_procurements ON CLUSTER 'nation' AS ops_local.places_procurements ENGINE = Distributed('nation', 'ops_local', 'places_procurements', cityHash64(sppg_id));

CREATE TABLE IF NOT EXISTS ops_local.places_procurement_items ON CLUSTER 'nation' (
  order_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (order_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_procurement_items ON CLUSTER 'nation' AS ops_local.places_procurement_items ENGINE = Distributed('nation', 'ops_local', 'places_procurement_items', cityHash64(order_id, key));

CREATE TABLE IF NOT EXISTS ops_local.places_beneficiary_feedback ON CLUSTER 'nation' (
  sppg_id String, at DateTime64(3, 'UTC'), key String,
  PROJECTION by_key (SELECT * ORDER BY key),
  PROJECTION by_at (SELECT * ORDER BY at)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (sppg_id, at, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 2048;

CREATE TABLE IF NOT EXISTS ops.places_beneficiary_feedback ON CLUSTER 'nation' AS ops_local.places_beneficiary_feedback ENGINE = Distributed('nation', 'ops_local', 'places_beneficiary_feedback', cityHash64(sppg_id));

CREATE TABLE IF NOT EXISTS ops_local.places_program_monitoring ON CLUSTER 'nation' (
  program_id String, month String, year Int32, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (program_id, month, year, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_program_monitoring ON CLUSTER 'nation' AS ops_local.places_program_monitoring ENGINE = Distributed('nation', 'ops_local', 'places_program_monitoring', cityHash64(program_id, month, year, key));
