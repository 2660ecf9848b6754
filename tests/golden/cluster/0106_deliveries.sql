CREATE TABLE IF NOT EXISTS ops_local.delivery_schedules ON CLUSTER 'nation' (
  id String,
  version UInt64,
  body String,
  removed Bool,
  changed_by String,
  changed_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplicatedReplacingMergeTree(version) ORDER BY id;

CREATE TABLE IF NOT EXISTS ops.delivery_schedules ON CLUSTER 'nation' AS ops_local.delivery_schedules ENGINE = Distributed('nation', 'ops_local', 'delivery_schedules', cityHash64(id));

CREATE TABLE IF NOT EXISTS ops_local.deliveries ON CLUSTER 'nation' (
  id String,
  version UInt64,
  schedule LowCardinality(String),
  due String,
  report LowCardinality(String),
  scope String,
  period_from Date32,
  period_to Date32,
  revision UInt16,
  format LowCardinality(String),
  target String,
  state LowCardinality(String),
  attempt UInt32,
  number String,
  document_state String,
  content_sha256 String,
  committed_at String,
  rolled_up_at String,
  name String,
  sha256 String,
  bytes UInt64,
  receipt String,
  reason String,
  changed_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplicatedReplacingMergeTree(version) ORDER BY id;

CREATE TABLE IF NOT EXISTS ops.deliveries ON CLUSTER 'nation' AS ops_local.deliveries ENGINE = Distributed('nation', 'ops_local', 'deliveries', cityHash64(id));
