CREATE TABLE IF NOT EXISTS ops_local.retention ON CLUSTER 'nation' (
  set_at DateTime64(3, 'UTC') DEFAULT now64(3),
  horizon Date32
) ENGINE = ReplicatedMergeTree ORDER BY set_at;

CREATE TABLE IF NOT EXISTS ops.retention ON CLUSTER 'nation' AS ops_local.retention ENGINE = Distributed('nation', 'ops_local', 'retention', cityHash64(set_at));

CREATE TABLE IF NOT EXISTS ops_local.refused ON CLUSTER 'nation' (
  claim UInt64,
  cells UInt64,
  first_day Date32,
  last_day Date32,
  refused_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplicatedReplacingMergeTree(refused_at) ORDER BY claim TTL toDateTime(refused_at) + INTERVAL 400 DAY;

CREATE TABLE IF NOT EXISTS ops.refused ON CLUSTER 'nation' AS ops_local.refused ENGINE = Distributed('nation', 'ops_local', 'refused', cityHash64(claim));
