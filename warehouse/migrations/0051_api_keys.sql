-- API keys of programs: the SHA-256 of the secret only. The newest row of an id counts.
CREATE TABLE IF NOT EXISTS ops.api_keys (
  id String,
  hash String,
  name String,
  role String,
  scope Array(String),
  created_at DateTime64(3, 'UTC'),
  expires_at DateTime64(3, 'UTC'),
  revoked Bool DEFAULT false,
  changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplacingMergeTree(changed_at) ORDER BY id;
