-- What reviewers made of statistical warnings; the newest verdict on a warning counts.
CREATE TABLE IF NOT EXISTS ops.verdicts (
  method LowCardinality(String),
  kpi LowCardinality(String),
  scope String,
  day Date32,
  verdict LowCardinality(String),
  note String,
  by String,
  at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplacingMergeTree(at) ORDER BY (method, kpi, scope, day);
