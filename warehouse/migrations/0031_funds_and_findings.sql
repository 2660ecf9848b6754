-- Places of the ledger of government funds, of requests for a tranche and of receipts (see 0001).
CREATE TABLE IF NOT EXISTS ops.places_banper_transactions (
  sppg_id String, at DateTime64(3, 'UTC'), key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (sppg_id, at, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 2048;

-- A tranche stands on the first day of its period, the text "A to B"; where that names no day, it has no cell.
CREATE TABLE IF NOT EXISTS ops.places_banper_requests (
  sppg_id String, period String,
  starts Nullable(Date32) DEFAULT toDate32OrNull(extract(period, '[0-9]{4}-[0-9]{2}-[0-9]{2}')), key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (sppg_id, period, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_beneficiary_receipts (
  sppg_id String, at DateTime64(3, 'UTC'), key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (sppg_id, at, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 2048;

-- What people have made of findings; the newest word on a finding counts.
CREATE TABLE IF NOT EXISTS ops.finding_states (
  rule LowCardinality(String),
  sppg_id String,
  day Date32,
  state LowCardinality(String),
  note String,
  by String,
  at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplacingMergeTree(at) ORDER BY (rule, sppg_id, day);
