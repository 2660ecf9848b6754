-- Places of orders, their lines, feedback and monitoring rows: which cells a key has ever belonged to (see 0001).
-- An order belongs to the day of its delivery, or of the order itself while there is none.
CREATE TABLE IF NOT EXISTS ops.places_procurements (
  sppg_id String, ordered_at DateTime64(3, 'UTC'), delivered_at Nullable(DateTime64(3, 'UTC')),
  at DateTime64(3, 'UTC') DEFAULT ifNull(delivered_at, ordered_at), key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (sppg_id, at, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 2048;

CREATE TABLE IF NOT EXISTS ops.places_procurement_items (
  order_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (order_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

-- Also found by instant: an unanswered complaint changes its cell when it is a day old.
CREATE TABLE IF NOT EXISTS ops.places_beneficiary_feedback (
  sppg_id String, at DateTime64(3, 'UTC'), key String,
  PROJECTION by_key (SELECT * ORDER BY key),
  PROJECTION by_at (SELECT * ORDER BY at)
) ENGINE = ReplacingMergeTree ORDER BY (sppg_id, at, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 2048;

CREATE TABLE IF NOT EXISTS ops.places_program_monitoring (
  program_id String, month String, year Int32, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (program_id, month, year, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024
