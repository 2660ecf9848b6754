CREATE TABLE IF NOT EXISTS ops_local.report_contents ON CLUSTER 'nation' (
  sha256 String,
  content String CODEC(ZSTD(3)),
  kept_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY sha256;

CREATE TABLE IF NOT EXISTS ops.report_contents ON CLUSTER 'nation' AS ops_local.report_contents ENGINE = Distributed('nation', 'ops_local', 'report_contents', cityHash64(sha256));

CREATE TABLE IF NOT EXISTS ops_local.report_events ON CLUSTER 'nation' (
  key String,
  report LowCardinality(String),
  scope String,
  period_from Date32,
  period_to Date32,
  seq UInt32,
  id String,
  kind LowCardinality(String),
  actor String,
  role LowCardinality(String),
  sha256 String,
  committed_at String,
  rolled_up_at String,
  until String,
  reason String,
  at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplicatedMergeTree ORDER BY (key, seq, at, id);

CREATE TABLE IF NOT EXISTS ops.report_events ON CLUSTER 'nation' AS ops_local.report_events ENGINE = Distributed('nation', 'ops_local', 'report_events', cityHash64(key, seq, at, id));

CREATE TABLE IF NOT EXISTS ops_local.report_numbers ON CLUSTER 'nation' (
  number String,
  report LowCardinality(String),
  scope String,
  period_from Date32,
  period_to Date32,
  revision UInt16,
  sha256 String,
  issued_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY number;

CREATE TABLE IF NOT EXISTS ops.report_numbers ON CLUSTER 'nation' AS ops_local.report_numbers ENGINE = Distributed('nation', 'ops_local', 'report_numbers', cityHash64(number));
