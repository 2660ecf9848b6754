CREATE TABLE IF NOT EXISTS ops_local.verdicts ON CLUSTER 'nation' (
  method LowCardinality(String),
  kpi LowCardinality(String),
  scope String,
  day Date32,
  verdict LowCardinality(String),
  note String,
  by String,
  at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplicatedReplacingMergeTree(at) ORDER BY (method, kpi, scope, day);

CREATE TABLE IF NOT EXISTS ops.verdicts ON CLUSTER 'nation' AS ops_local.verdicts ENGINE = Distributed('nation', 'ops_local', 'verdicts', cityHash64(method, kpi, scope, day));
