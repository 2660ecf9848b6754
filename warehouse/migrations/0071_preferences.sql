-- How a person wants the live screen (platform/preferences.ts), as JSON; the newest row counts, one that is not saved is a reset.
CREATE TABLE IF NOT EXISTS ops.preferences (
  person String,
  body String,
  saved Bool,
  changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplacingMergeTree(changed_at) ORDER BY person;
