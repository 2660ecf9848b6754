CREATE TABLE IF NOT EXISTS ops_local.site_builds ON CLUSTER 'nation' (
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

  waiting Array(Date32),
  release String,
  reason String
) ENGINE = ReplicatedReplacingMergeTree(version) ORDER BY id TTL toDateTime(started_at) + INTERVAL 400 DAY;

CREATE TABLE IF NOT EXISTS ops.site_builds ON CLUSTER 'nation' AS ops_local.site_builds ENGINE = Distributed('nation', 'ops_local', 'site_builds', cityHash64(id));
