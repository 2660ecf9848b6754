-- The audit trail (platform/audit.ts): entries are chained by hash within a chain, one chain an installation. Only ever inserted
-- into; a batch may be inserted twice (a process that ended between insert and note), so readers say DISTINCT.
CREATE TABLE IF NOT EXISTS ops.audit (
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
) ENGINE = MergeTree ORDER BY (chain, seq);
