CREATE TABLE IF NOT EXISTS ops_local.exports ON CLUSTER 'nation' (
  id String,
  version UInt8,
  report LowCardinality(String),
  format LowCardinality(String),
  scope String,
  period_from Nullable(Date32),
  period_to Nullable(Date32),
  kpis Array(LowCardinality(String)),
  requested_by String,
  requested_role LowCardinality(String),
  requested_scopes Array(String),
  requested_at DateTime64(3, 'UTC'),
  expires_at DateTime64(3, 'UTC'),
  state LowCardinality(String),
  finished_at Nullable(DateTime64(3, 'UTC')),
  committed_at Nullable(DateTime64(3, 'UTC')),
  bytes Nullable(UInt64),
  sha256 Nullable(String),
  reason Nullable(String)
) ENGINE = ReplicatedReplacingMergeTree(version) ORDER BY id;

CREATE TABLE IF NOT EXISTS ops.exports ON CLUSTER 'nation' AS ops_local.exports ENGINE = Distributed('nation', 'ops_local', 'exports', cityHash64(id));

CREATE TABLE IF NOT EXISTS ops_local.uptime ON CLUSTER 'nation' (
  minute DateTime('UTC'),
  process String,
  checks UInt16,
  ready UInt16
) ENGINE = ReplicatedMergeTree ORDER BY (minute, process) TTL minute + INTERVAL 400 DAY;

CREATE TABLE IF NOT EXISTS ops.uptime ON CLUSTER 'nation' AS ops_local.uptime ENGINE = Distributed('nation', 'ops_local', 'uptime', cityHash64(minute, process));
