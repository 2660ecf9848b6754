-- Finished runs of scheduled jobs: what was due, and when it was run. The first row of a kind only says since when it is due.
CREATE TABLE IF NOT EXISTS ops.schedule_runs (
  kind LowCardinality(String),
  due DateTime('UTC'),
  started_at DateTime64(3, 'UTC'),
  finished_at DateTime64(3, 'UTC') DEFAULT now64(3),
  ran Bool
) ENGINE = MergeTree ORDER BY (kind, due)
