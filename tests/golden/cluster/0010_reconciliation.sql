CREATE TABLE IF NOT EXISTS ops_local.reconcile_progress ON CLUSTER 'nation' (
  table LowCardinality(String),
  pass_id UUID,
  phase LowCardinality(String),
  after_key Array(String),
  checked UInt64,
  missing UInt64,
  extra UInt64,
  different UInt64,
  repaired UInt64,
  unstorable UInt64,
  source_lsn UInt64,
  pending Array(String),
  began_at DateTime64(3, 'UTC'),
  changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplicatedReplacingMergeTree(changed_at) ORDER BY table;

CREATE TABLE IF NOT EXISTS ops.reconcile_progress ON CLUSTER 'nation' AS ops_local.reconcile_progress ENGINE = Distributed('nation', 'ops_local', 'reconcile_progress', cityHash64(table));

CREATE TABLE IF NOT EXISTS ops_local.reconcile_keys ON CLUSTER 'nation' (
  chunk UUID,
  key String,
  hash String,
  added_at DateTime DEFAULT now()
) ENGINE = ReplicatedMergeTree ORDER BY (chunk, key)
TTL added_at + INTERVAL 1 HOUR;

CREATE TABLE IF NOT EXISTS ops.reconcile_keys ON CLUSTER 'nation' AS ops_local.reconcile_keys ENGINE = Distributed('nation', 'ops_local', 'reconcile_keys', cityHash64(chunk, key));

ALTER TABLE ops_local.reconciliations ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS unstorable UInt64 DEFAULT 0;

ALTER TABLE ops.reconciliations ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS unstorable UInt64 DEFAULT 0;

ALTER TABLE ops_local.reconciliations ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS complete Bool DEFAULT true;

ALTER TABLE ops.reconciliations ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS complete Bool DEFAULT true;
