-- The ledger of exports: what was asked for by whom, for which scope and KPIs, and what became of it. The furthest state counts.
CREATE TABLE IF NOT EXISTS ops.exports (
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
) ENGINE = ReplacingMergeTree(version) ORDER BY id;

-- Measured uptime: per minute and process, how often it was looked at and how often everything answered.
CREATE TABLE IF NOT EXISTS ops.uptime (
  minute DateTime('UTC'),
  process String,
  checks UInt16,
  ready UInt16
) ENGINE = MergeTree ORDER BY (minute, process) TTL minute + INTERVAL 400 DAY;
