CREATE TABLE IF NOT EXISTS ops_local.schedule_runs ON CLUSTER 'nation' (
  kind LowCardinality(String),
  due DateTime('UTC'),
  started_at DateTime64(3, 'UTC'),
  finished_at DateTime64(3, 'UTC') DEFAULT now64(3),
  ran Bool
) ENGINE = ReplicatedMergeTree ORDER BY (kind, due);

CREATE TABLE IF NOT EXISTS ops.schedule_runs ON CLUSTER 'nation' AS ops_local.schedule_runs ENGINE = Distributed('nation', 'ops_local', 'schedule_runs', cityHash64(kind, due));
