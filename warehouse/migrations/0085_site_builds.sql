-- Builds of the report site: what was asked for, what became of it, and why not. The furthest state of an id counts.
CREATE TABLE IF NOT EXISTS ops.site_builds (
  id String,
  version UInt8,
  kind LowCardinality(String),
  asked_by String,
  state LowCardinality(String),
  started_at DateTime64(3, 'UTC'),
  finished_at Nullable(DateTime64(3, 'UTC')),
  seq UInt64,
  committed_at Nullable(DateTime64(3, 'UTC')),
  pages UInt32,
  narrative_at Nullable(DateTime64(3, 'UTC')),
  -- Days of the nation that were provisional when it was built: the site is built anew when one of them is final.
  waiting Array(Date32),
  release String,
  reason String
) ENGINE = ReplacingMergeTree(version) ORDER BY id TTL toDateTime(started_at) + INTERVAL 400 DAY;
