-- Parts of transactions too large for one batch: durable rows of a transaction whose last part is not loaded yet. While
-- one stands at or above the watermark nothing is rolled up, so no half of a transaction is ever seen.
CREATE TABLE IF NOT EXISTS ops.parts (
  slot_id String,
  batch_id String,
  start_lsn UInt64,
  rows UInt64,
  loaded_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = MergeTree ORDER BY (slot_id, start_lsn)
TTL toDateTime(loaded_at) + INTERVAL 7 DAY;

-- What a table's raw rows were made for: another fingerprint of the source table means a new copy.
ALTER TABLE ops.tables ADD COLUMN IF NOT EXISTS fingerprint String DEFAULT '';

-- How far a copy has come: it resumes there. first_version = the version of the oldest rows it wrote.
CREATE TABLE IF NOT EXISTS ops.copies (
  table LowCardinality(String),
  fingerprint String,
  first_version UInt128,
  leaf UInt32,
  filenode UInt32,
  next_block UInt64,
  rows UInt64,
  bytes UInt64,
  total_bytes UInt64,
  began_at DateTime64(3, 'UTC'),
  changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplacingMergeTree(changed_at) ORDER BY table
