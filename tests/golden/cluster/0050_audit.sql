CREATE TABLE IF NOT EXISTS ops_local.audit ON CLUSTER 'nation' (
  chain String,
  seq UInt64,
  at DateTime64(3, 'UTC'),
  actor String,
  role LowCardinality(String),
  action LowCardinality(String),
  target String,
  outcome LowCardinality(String),
  detail String,
  address String,
  request String,
  previous String,
  hash String
) ENGINE = ReplicatedMergeTree ORDER BY (chain, seq);

CREATE TABLE IF NOT EXISTS ops.audit ON CLUSTER 'nation' AS ops_local.audit ENGINE = Distributed('nation', 'ops_local', 'audit', cityHash64(chain, seq));
