CREATE TABLE IF NOT EXISTS ops_local.api_keys ON CLUSTER 'nation' (
  id String,
  hash String,
  name String,
  role String,
  scope Array(String),
  created_at DateTime64(3, 'UTC'),
  expires_at DateTime64(3, 'UTC'),
  revoked Bool DEFAULT false,
  changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplicatedReplacingMergeTree(changed_at) ORDER BY id;

CREATE TABLE IF NOT EXISTS ops.api_keys ON CLUSTER 'nation' AS ops_local.api_keys ENGINE = Distributed('nation', 'ops_local', 'api_keys', cityHash64(id));
