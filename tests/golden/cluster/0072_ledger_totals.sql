CREATE TABLE IF NOT EXISTS ops_local.batch_totals ON CLUSTER 'nation' (
  slot_id String,
  table LowCardinality(String),
  folded_lsn UInt64,
  rows UInt64,
  loaded_at DateTime64(3, 'UTC'),
  committed_at DateTime64(6, 'UTC')
) ENGINE = ReplicatedReplacingMergeTree(folded_lsn) ORDER BY (slot_id, table);

CREATE TABLE IF NOT EXISTS ops.batch_totals ON CLUSTER 'nation' AS ops_local.batch_totals ENGINE = Distributed('nation', 'ops_local', 'batch_totals', cityHash64(slot_id));

ALTER TABLE ops_local.copies ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS resumed_bytes UInt64 DEFAULT 0;

ALTER TABLE ops.copies ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS resumed_bytes UInt64 DEFAULT 0;
