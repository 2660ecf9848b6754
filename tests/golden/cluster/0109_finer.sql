DROP TABLE IF EXISTS ops_local.places_food_productions_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.places_food_productions_beside ON CLUSTER 'nation' SYNC;

CREATE TABLE ops_local.places_food_productions_beside ON CLUSTER 'nation' (
  sppg_id String, at DateTime64(3, 'UTC'), menu_id String, key String,
  INDEX by_menu menu_id TYPE bloom_filter(0.01) GRANULARITY 8,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (sppg_id, at, menu_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 256,
  min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

CREATE TABLE ops.places_food_productions_beside ON CLUSTER 'nation' AS ops_local.places_food_productions_beside ENGINE = Distributed('nation', 'ops_local', 'places_food_productions_beside', cityHash64(sppg_id));

INSERT INTO ops.places_food_productions_beside SELECT * FROM ops.places_food_productions;

EXCHANGE TABLES ops_local.places_food_productions AND ops_local.places_food_productions_beside ON CLUSTER 'nation';

DROP TABLE IF EXISTS ops_local.places_food_productions_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.places_food_productions_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops_local.places_quality_controls_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.places_quality_controls_beside ON CLUSTER 'nation' SYNC;

CREATE TABLE ops_local.places_quality_controls_beside ON CLUSTER 'nation' (
  at DateTime64(3, 'UTC'), production_id String, key String,
  PROJECTION by_production (SELECT * ORDER BY production_id),
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (toDate32(at), production_id, at, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 256,
  min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

CREATE TABLE ops.places_quality_controls_beside ON CLUSTER 'nation' AS ops_local.places_quality_controls_beside ENGINE = Distributed('nation', 'ops_local', 'places_quality_controls_beside', cityHash64(toDate32(at), production_id, at, key));

INSERT INTO ops.places_quality_controls_beside SELECT * FROM ops.places_quality_controls;

EXCHANGE TABLES ops_local.places_quality_controls AND ops_local.places_quality_controls_beside ON CLUSTER 'nation';

DROP TABLE IF EXISTS ops_local.places_quality_controls_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.places_quality_controls_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops_local.places_food_distributions_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.places_food_distributions_beside ON CLUSTER 'nation' SYNC;

CREATE TABLE ops_local.places_food_distributions_beside ON CLUSTER 'nation' (
  sppg_id String, at DateTime64(3, 'UTC'), production_id String, key String,
  PROJECTION by_production (SELECT * ORDER BY production_id),
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (sppg_id, at, production_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 256,
  min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

CREATE TABLE ops.places_food_distributions_beside ON CLUSTER 'nation' AS ops_local.places_food_distributions_beside ENGINE = Distributed('nation', 'ops_local', 'places_food_distributions_beside', cityHash64(sppg_id));

INSERT INTO ops.places_food_distributions_beside SELECT * FROM ops.places_food_distributions;

EXCHANGE TABLES ops_local.places_food_distributions AND ops_local.places_food_distributions_beside ON CLUSTER 'nation';

DROP TABLE IF EXISTS ops_local.places_food_distributions_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.places_food_distributions_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops_local.places_school_distributions_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.places_school_distributions_beside ON CLUSTER 'nation' SYNC;

CREATE TABLE ops_local.places_school_distributions_beside ON CLUSTER 'nation' (
  program_id String, at DateTime64(3, 'UTC'), school_id String, key String,
  INDEX by_school school_id TYPE bloom_filter(0.01) GRANULARITY 8,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (program_id, at, school_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 256,
  min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

CREATE TABLE ops.places_school_distributions_beside ON CLUSTER 'nation' AS ops_local.places_school_distributions_beside ENGINE = Distributed('nation', 'ops_local', 'places_school_distributions_beside', cityHash64(program_id, at, school_id, key));

INSERT INTO ops.places_school_distributions_beside SELECT * FROM ops.places_school_distributions;

EXCHANGE TABLES ops_local.places_school_distributions AND ops_local.places_school_distributions_beside ON CLUSTER 'nation';

DROP TABLE IF EXISTS ops_local.places_school_distributions_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.places_school_distributions_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops_local.places_school_feeding_reports_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.places_school_feeding_reports_beside ON CLUSTER 'nation' SYNC;

CREATE TABLE ops_local.places_school_feeding_reports_beside ON CLUSTER 'nation' (
  distribution_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (distribution_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 256,
  min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

CREATE TABLE ops.places_school_feeding_reports_beside ON CLUSTER 'nation' AS ops_local.places_school_feeding_reports_beside ENGINE = Distributed('nation', 'ops_local', 'places_school_feeding_reports_beside', cityHash64(distribution_id, key));

INSERT INTO ops.places_school_feeding_reports_beside SELECT * FROM ops.places_school_feeding_reports;

EXCHANGE TABLES ops_local.places_school_feeding_reports AND ops_local.places_school_feeding_reports_beside ON CLUSTER 'nation';

DROP TABLE IF EXISTS ops_local.places_school_feeding_reports_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.places_school_feeding_reports_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops_local.places_waste_management_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.places_waste_management_beside ON CLUSTER 'nation' SYNC;

CREATE TABLE ops_local.places_waste_management_beside ON CLUSTER 'nation' (
  sppg_id String, at DateTime64(3, 'UTC'), key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (sppg_id, at, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 256,
  min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

CREATE TABLE ops.places_waste_management_beside ON CLUSTER 'nation' AS ops_local.places_waste_management_beside ENGINE = Distributed('nation', 'ops_local', 'places_waste_management_beside', cityHash64(sppg_id));

INSERT INTO ops.places_waste_management_beside SELECT * FROM ops.places_waste_management;

EXCHANGE TABLES ops_local.places_waste_management AND ops_local.places_waste_management_beside ON CLUSTER 'nation';

DROP TABLE IF EXISTS ops_local.places_waste_management_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.places_waste_management_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops_local.places_nutrition_programs_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.places_nutrition_programs_beside ON CLUSTER 'nation' SYNC;

CREATE TABLE ops_local.places_nutrition_programs_beside ON CLUSTER 'nation' (
  sppg_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplicatedReplacingMergeTree ORDER BY (sppg_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 256,
  min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

CREATE TABLE ops.places_nutrition_programs_beside ON CLUSTER 'nation' AS ops_local.places_nutrition_programs_beside ENGINE = Distributed('nation', 'ops_local', 'places_nutrition_programs_beside', cityHash64(sppg_id));

INSERT INTO ops.places_nutrition_programs_beside SELECT * FROM ops.places_nutrition_programs;

EXCHANGE TABLES ops_local.places_nutrition_programs AND ops_local.places_nutrition_programs_beside ON CLUSTER 'nation';

DROP TABLE IF EXISTS ops_local.places_nutrition_programs_beside ON CLUSTER 'nation' SYNC;

DROP TABLE IF EXISTS ops.places_nutrition_programs_beside ON CLUSTER 'nation' SYNC;

ALTER TABLE mart_local.kpi_members ON CLUSTER 'nation' MODIFY SETTING min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

ALTER TABLE mart_local.flow ON CLUSTER 'nation' MODIFY SETTING min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

ALTER TABLE mart_local.kpi_areas ON CLUSTER 'nation' MODIFY SETTING min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

ALTER TABLE ops_local.places_banper_requests ON CLUSTER 'nation' MODIFY SETTING min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

ALTER TABLE ops_local.places_banper_transactions ON CLUSTER 'nation' MODIFY SETTING min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

ALTER TABLE ops_local.places_beneficiary_feedback ON CLUSTER 'nation' MODIFY SETTING min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

ALTER TABLE ops_local.places_beneficiary_receipts ON CLUSTER 'nation' MODIFY SETTING min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

ALTER TABLE ops_local.places_procurements ON CLUSTER 'nation' MODIFY SETTING min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

ALTER TABLE ops_local.places_procurement_items ON CLUSTER 'nation' MODIFY SETTING min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

ALTER TABLE ops_local.cells ON CLUSTER 'nation' MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 16777216, ttl_only_drop_parts = 1;
