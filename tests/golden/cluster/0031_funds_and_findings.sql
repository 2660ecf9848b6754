CREATE TABLE IF NOT EXISTS ops_local.places_banper_transactions ON CLUSTER 'nation' (
  sppg_id String, at DateTime64(3, 'UTC'), key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (sppg_id, at, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 2048;

CREATE TABLE IF NOT EXISTS ops.places_banper_transactions ON CLUSTER 'nation' AS ops_local.places_banper_transactions ENGINE = Distributed('nation', 'ops_local', 'places_banper_transactions', cityHash64(sppg_id));

CREATE TABLE IF NOT EXISTS ops_local.places_banper_requests ON CLUSTER 'nation' (
  sppg_id String, period String,
  starts Nullable(Date32) DEFAULT toDate32OrNull(extract(period, '[0-9]{4}-[0-9]{2}-[0-9]{2}')), key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (sppg_id, period, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_banper_requests ON CLUSTER 'nation' AS ops_local.places_banper_requests ENGINE = Distributed('nation', 'ops_local', 'places_banper_requests', cityHash64(sppg_id));

CREATE TABLE IF NOT EXISTS ops_local.places_beneficiary_receipts ON CLUSTER 'nation' (
  sppg_id String, at DateTime64(3, 'UTC'), key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (sppg_id, at, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 2048;

CREATE TABLE IF NOT EXISTS ops.places_beneficiary_receipts ON CLUSTER 'nation' AS ops_local.places_beneficiary_receipts ENGINE = Distributed('nation', 'ops_local', 'places_beneficiary_receipts', cityHash64(sppg_id));

CREATE TABLE IF NOT EXISTS ops_local.finding_states ON CLUSTER 'nation' (
  rule LowCardinality(String),
  sppg_id String,
  day Date32,
  state LowCardinality(String),
  note String,
  by String,
  at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplicatedReplacingMergeTree(at) ORDER BY (rule, sppg_id, day);

CREATE TABLE IF NOT EXISTS ops.finding_states ON CLUSTER 'nation' AS ops_local.finding_states ENGINE = Distributed('nation', 'ops_local', 'finding_states', cityHash64(sppg_id));
