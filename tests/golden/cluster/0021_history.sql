CREATE TABLE IF NOT EXISTS ops_local.history_sppg ON CLUSTER 'nation' (
  id String, regency_id String, province_id String, status String, is_demo Bool,
  target_recipients Nullable(Float64), monthly_budget Nullable(Float64),
  version UInt128, deleted Bool, committed_at DateTime64(6, 'UTC')
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (id, version) SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.history_sppg ON CLUSTER 'nation' AS ops_local.history_sppg ENGINE = Distributed('nation', 'ops_local', 'history_sppg', cityHash64(id));

CREATE TABLE IF NOT EXISTS ops_local.history_nutrition_programs ON CLUSTER 'nation' (
  id String, sppg_id String, running Bool,
  version UInt128, deleted Bool, committed_at DateTime64(6, 'UTC'),
  cut UInt32 DEFAULT toUInt32(intDiv(toUnixTimestamp64Second(committed_at), 86400)) * 3 + least(greatest(toHour(committed_at), 14), 17) - 14
) ENGINE = ReplicatedReplacingMergeTree(version) ORDER BY (id, cut) SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.history_nutrition_programs ON CLUSTER 'nation' AS ops_local.history_nutrition_programs ENGINE = Distributed('nation', 'ops_local', 'history_nutrition_programs', cityHash64(id));

CREATE TABLE IF NOT EXISTS ops_local.history_school_beneficiaries ON CLUSTER 'nation' (
  id String, program_id String, students Nullable(Float64), active Bool,
  version UInt128, deleted Bool, committed_at DateTime64(6, 'UTC'),
  cut UInt32 DEFAULT toUInt32(intDiv(toUnixTimestamp64Second(committed_at), 86400)) * 3 + least(greatest(toHour(committed_at), 14), 17) - 14
) ENGINE = ReplicatedReplacingMergeTree(version) ORDER BY (id, cut) SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.history_school_beneficiaries ON CLUSTER 'nation' AS ops_local.history_school_beneficiaries ENGINE = Distributed('nation', 'ops_local', 'history_school_beneficiaries', cityHash64(id));

CREATE TABLE IF NOT EXISTS ops_local.history_inventory_items ON CLUSTER 'nation' (
  id String, sppg_id String, active Bool, critical Bool,
  version UInt128, deleted Bool, committed_at DateTime64(6, 'UTC'),
  cut UInt32 DEFAULT toUInt32(intDiv(toUnixTimestamp64Second(committed_at), 86400)) * 3 + least(greatest(toHour(committed_at), 14), 17) - 14
) ENGINE = ReplicatedReplacingMergeTree(version) ORDER BY (id, cut) SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.history_inventory_items ON CLUSTER 'nation' AS ops_local.history_inventory_items ENGINE = Distributed('nation', 'ops_local', 'history_inventory_items', cityHash64(id));

CREATE TABLE IF NOT EXISTS ops_local.history_sppg_team_members ON CLUSTER 'nation' (
  id String, sppg_id String, volunteer Bool,
  version UInt128, deleted Bool, committed_at DateTime64(6, 'UTC'),
  cut UInt32 DEFAULT toUInt32(intDiv(toUnixTimestamp64Second(committed_at), 86400)) * 3 + least(greatest(toHour(committed_at), 14), 17) - 14
) ENGINE = ReplicatedReplacingMergeTree(version) ORDER BY (id, cut) SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.history_sppg_team_members ON CLUSTER 'nation' AS ops_local.history_sppg_team_members ENGINE = Distributed('nation', 'ops_local', 'history_sppg_team_members', cityHash64(id));

CREATE TABLE IF NOT EXISTS ops_local.history_food_safety_certifications ON CLUSTER 'nation' (
  id String, sppg_id String, hygiene Bool, active Bool, expires_at DateTime64(3, 'UTC'),
  version UInt128, deleted Bool, committed_at DateTime64(6, 'UTC'),
  cut UInt32 DEFAULT toUInt32(intDiv(toUnixTimestamp64Second(committed_at), 86400)) * 3 + least(greatest(toHour(committed_at), 14), 17) - 14
) ENGINE = ReplicatedReplacingMergeTree(version) ORDER BY (id, cut) SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.history_food_safety_certifications ON CLUSTER 'nation' AS ops_local.history_food_safety_certifications ENGINE = Distributed('nation', 'ops_local', 'history_food_safety_certifications', cityHash64(id));

CREATE TABLE IF NOT EXISTS ops_local.places_school_beneficiaries ON CLUSTER 'nation' (
  program_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (program_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_school_beneficiaries ON CLUSTER 'nation' AS ops_local.places_school_beneficiaries ENGINE = Distributed('nation', 'ops_local', 'places_school_beneficiaries', cityHash64(program_id, key));

CREATE TABLE IF NOT EXISTS ops_local.places_inventory_items ON CLUSTER 'nation' (
  sppg_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (sppg_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_inventory_items ON CLUSTER 'nation' AS ops_local.places_inventory_items ENGINE = Distributed('nation', 'ops_local', 'places_inventory_items', cityHash64(sppg_id));

CREATE TABLE IF NOT EXISTS ops_local.places_sppg_team_members ON CLUSTER 'nation' (
  sppg_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (sppg_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_sppg_team_members ON CLUSTER 'nation' AS ops_local.places_sppg_team_members ENGINE = Distributed('nation', 'ops_local', 'places_sppg_team_members', cityHash64(sppg_id));

CREATE TABLE IF NOT EXISTS ops_local.places_food_safety_certifications ON CLUSTER 'nation' (
  sppg_id String, expires_at DateTime64(3, 'UTC'), key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (sppg_id, expires_at, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_food_safety_certifications ON CLUSTER 'nation' AS ops_local.places_food_safety_certifications ENGINE = Distributed('nation', 'ops_local', 'places_food_safety_certifications', cityHash64(sppg_id));

CREATE TABLE IF NOT EXISTS ops_local.places_sppg_operational_reports ON CLUSTER 'nation' (
  sppg_id String, type String, period String,
  ends Nullable(Date32) DEFAULT toDate32OrNull(extractAll(period, '[0-9]{4}-[0-9]{2}-[0-9]{2}')[2]), key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (sppg_id, type, period, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 1024;

CREATE TABLE IF NOT EXISTS ops.places_sppg_operational_reports ON CLUSTER 'nation' AS ops_local.places_sppg_operational_reports ENGINE = Distributed('nation', 'ops_local', 'places_sppg_operational_reports', cityHash64(sppg_id));

CREATE TABLE IF NOT EXISTS mart_local.holidays ON CLUSTER 'nation' (
  day Date32, name String, listed Bool, changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplicatedReplacingMergeTree(changed_at) ORDER BY day;

CREATE TABLE IF NOT EXISTS mart.holidays ON CLUSTER 'nation' AS mart_local.holidays ENGINE = Distributed('nation', 'mart_local', 'holidays', cityHash64(day));

CREATE TABLE IF NOT EXISTS ops_local.definitions ON CLUSTER 'nation' (
  fingerprint String, changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplicatedMergeTree ORDER BY changed_at;

CREATE TABLE IF NOT EXISTS ops.definitions ON CLUSTER 'nation' AS ops_local.definitions ENGINE = Distributed('nation', 'ops_local', 'definitions', cityHash64(changed_at));
