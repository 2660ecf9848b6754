-- Schedules of deliveries as data (warehouse/deliveries/schedules.ts): JSON without secrets; the newest version counts.
CREATE TABLE IF NOT EXISTS ops.delivery_schedules (
  id String,
  version UInt64,
  body String,
  removed Bool,
  changed_by String,
  changed_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplacingMergeTree(version) ORDER BY id;

-- The ledger of deliveries: one id for each schedule + period + scope + revision + format + target; the highest version counts.
CREATE TABLE IF NOT EXISTS ops.deliveries (
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
) ENGINE = ReplacingMergeTree(version) ORDER BY id;
