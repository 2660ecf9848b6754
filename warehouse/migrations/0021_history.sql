-- History of what rollups need as it was: every replicated version of a row, thinned to the last one between two cuts. The
-- cuts are the ends of the local day in the three zones (15, 16 and 17 h UTC), so the state at the end of any local day
-- can always be told. Kitchens change seldom: all of their versions are kept. Filled from raw.* by materialized views (warehouse/history.ts); replays change nothing.
CREATE TABLE IF NOT EXISTS ops.history_sppg (
  id String, regency_id String, province_id String, status String, is_demo Bool,
  target_recipients Nullable(Float64), monthly_budget Nullable(Float64),
  version UInt128, deleted Bool, committed_at DateTime64(6, 'UTC')
) ENGINE = ReplacingMergeTree ORDER BY (id, version) SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.history_nutrition_programs (
  id String, sppg_id String, running Bool,
  version UInt128, deleted Bool, committed_at DateTime64(6, 'UTC'),
  cut UInt32 DEFAULT toUInt32(intDiv(toUnixTimestamp64Second(committed_at), 86400)) * 3 + least(greatest(toHour(committed_at), 14), 17) - 14
) ENGINE = ReplacingMergeTree(version) ORDER BY (id, cut) SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.history_school_beneficiaries (
  id String, program_id String, students Nullable(Float64), active Bool,
  version UInt128, deleted Bool, committed_at DateTime64(6, 'UTC'),
  cut UInt32 DEFAULT toUInt32(intDiv(toUnixTimestamp64Second(committed_at), 86400)) * 3 + least(greatest(toHour(committed_at), 14), 17) - 14
) ENGINE = ReplacingMergeTree(version) ORDER BY (id, cut) SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.history_inventory_items (
  id String, sppg_id String, active Bool, critical Bool,
  version UInt128, deleted Bool, committed_at DateTime64(6, 'UTC'),
  cut UInt32 DEFAULT toUInt32(intDiv(toUnixTimestamp64Second(committed_at), 86400)) * 3 + least(greatest(toHour(committed_at), 14), 17) - 14
) ENGINE = ReplacingMergeTree(version) ORDER BY (id, cut) SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.history_sppg_team_members (
  id String, sppg_id String, volunteer Bool,
  version UInt128, deleted Bool, committed_at DateTime64(6, 'UTC'),
  cut UInt32 DEFAULT toUInt32(intDiv(toUnixTimestamp64Second(committed_at), 86400)) * 3 + least(greatest(toHour(committed_at), 14), 17) - 14
) ENGINE = ReplacingMergeTree(version) ORDER BY (id, cut) SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.history_food_safety_certifications (
  id String, sppg_id String, hygiene Bool, active Bool, expires_at DateTime64(3, 'UTC'),
  version UInt128, deleted Bool, committed_at DateTime64(6, 'UTC'),
  cut UInt32 DEFAULT toUInt32(intDiv(toUnixTimestamp64Second(committed_at), 86400)) * 3 + least(greatest(toHour(committed_at), 14), 17) - 14
) ENGINE = ReplacingMergeTree(version) ORDER BY (id, cut) SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_school_beneficiaries (
  program_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (program_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_inventory_items (
  sppg_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (sppg_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_sppg_team_members (
  sppg_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (sppg_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_food_safety_certifications (
  sppg_id String, expires_at DateTime64(3, 'UTC'), key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (sppg_id, expires_at, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

-- The second date of a report's period is its end.
CREATE TABLE IF NOT EXISTS ops.places_sppg_operational_reports (
  sppg_id String, type String, period String,
  ends Nullable(Date32) DEFAULT toDate32OrNull(extractAll(period, '[0-9]{4}-[0-9]{2}-[0-9]{2}')[2]), key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (sppg_id, type, period, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

-- Days on which no kitchen serves (warehouse/calendar.ts keeps it).
CREATE TABLE IF NOT EXISTS mart.holidays (
  day Date32, name String, listed Bool, changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplacingMergeTree(changed_at) ORDER BY day
;

-- What the rollups were computed by: another fingerprint of registry and calendar means that every cell is computed again.
CREATE TABLE IF NOT EXISTS ops.definitions (
  fingerprint String, changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = MergeTree ORDER BY changed_at
