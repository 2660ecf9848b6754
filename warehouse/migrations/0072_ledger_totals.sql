-- What entries of ops.batches that were pruned had counted: per slot and table, up to and including an LSN. Entries that end there or
-- below are counted here alone, whether they are still there or come again.
CREATE TABLE IF NOT EXISTS ops.batch_totals (
  slot_id String,
  table LowCardinality(String),
  folded_lsn UInt64,
  rows UInt64,
  loaded_at DateTime64(3, 'UTC'),
  committed_at DateTime64(6, 'UTC')
) ENGINE = ReplacingMergeTree(folded_lsn) ORDER BY (slot_id, table);

-- Of a resumed copy: the bytes it found copied. Its speed is measured on the others.
ALTER TABLE ops.copies ADD COLUMN IF NOT EXISTS resumed_bytes UInt64 DEFAULT 0
