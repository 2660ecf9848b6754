CREATE TABLE IF NOT EXISTS ops_local.preferences ON CLUSTER 'nation' (
  person String,
  body String,
  saved Bool,
  changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplicatedReplacingMergeTree(changed_at) ORDER BY person;

CREATE TABLE IF NOT EXISTS ops.preferences ON CLUSTER 'nation' AS ops_local.preferences ENGINE = Distributed('nation', 'ops_local', 'preferences', cityHash64(person));
