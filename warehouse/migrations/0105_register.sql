-- The register of ministry documents. Contents are frozen by their SHA-256 and never change; what happened to a report is a list of
-- events, and its state is what folding them gives (warehouse/register/life.ts). Only ever inserted into; readers say DISTINCT by id.
CREATE TABLE IF NOT EXISTS ops.report_contents (
  sha256 String,
  content String CODEC(ZSTD(3)),
  kept_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplacingMergeTree ORDER BY sha256;

CREATE TABLE IF NOT EXISTS ops.report_events (
  key String,
  report LowCardinality(String),
  scope String,
  period_from Date32,
  period_to Date32,
  seq UInt32,
  id String,
  kind LowCardinality(String),
  actor String,
  role LowCardinality(String),
  sha256 String,
  committed_at String,
  rolled_up_at String,
  until String,
  reason String,
  at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = MergeTree ORDER BY (key, seq, at, id);

-- Numbers that stand on documents: which numbers (content) of which report they name. What is not here was never given out.
CREATE TABLE IF NOT EXISTS ops.report_numbers (
  number String,
  report LowCardinality(String),
  scope String,
  period_from Date32,
  period_to Date32,
  revision UInt16,
  sha256 String,
  issued_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplacingMergeTree ORDER BY number;
