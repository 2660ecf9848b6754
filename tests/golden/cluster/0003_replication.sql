CREATE TABLE IF NOT EXISTS ops_local.parts ON CLUSTER 'nation' (
  slot_id String,
  batch_id String,
  start_lsn UInt64,
  rows UInt64,
  loaded_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplicatedMergeTree ORDER BY (slot_id, start_lsn)
TTL toDateTime(loaded_at) + INTERVAL 7 DAY;

CREATE TABLE IF NOT EXISTS ops.parts ON CLUSTER 'nation' AS ops_local.parts ENGINE = Distributed('nation', 'ops_local', 'parts', cityHash64(slot_id, start_lsn));

ALTER TABLE ops_local.tables ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS fingerprint String DEFAULT '';

ALTER TABLE ops.tables ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS fingerprint String DEFAULT '';

CREATE TABLE IF NOT EXISTS ops_local.copies ON CLUSTER 'nation' (
  table LowCardinality(String),
  fingerprint String,
  first_version UInt128,
  leaf UInt32,
  filenode UInt32,
  next_block UInt64,
  rows UInt64,
  bytes UInt64,
  total_bytes UInt64,
  began_at DateTime64(3, 'UTC'),
  changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplicatedReplacingMergeTree(changed_at) ORDER BY table;

CREATE TABLE IF NOT EXISTS ops.copies ON CLUSTER 'nation' AS ops_local.copies ENGINE = Distributed('nation', 'ops_local', 'copies', cityHash64(table));
