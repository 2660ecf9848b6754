-- A refresh reads a few rows of many kitchens, scattered over each table: what it costs is columns times granules. Parts that keep all columns
-- in one file (a wide part reads a block of each column's file a granule) take a third of that, granules of a few kitchens instead of many half of
-- the places. A merge of wide parts stays wide: places are filled anew, and so are raw tables when they are copied anew.
-- What belongs to a batch is found by a projection: an index to skip granules by looks at every one there ever was.

DROP TABLE IF EXISTS ops.places_food_productions_beside SYNC;
CREATE TABLE ops.places_food_productions_beside (
  sppg_id String, at DateTime64(3, 'UTC'), menu_id String, key String,
  INDEX by_menu menu_id TYPE bloom_filter(0.01) GRANULARITY 8,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (sppg_id, at, menu_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 256,
  min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
INSERT INTO ops.places_food_productions_beside SELECT * FROM ops.places_food_productions;
EXCHANGE TABLES ops.places_food_productions AND ops.places_food_productions_beside;
DROP TABLE ops.places_food_productions_beside SYNC;

DROP TABLE IF EXISTS ops.places_quality_controls_beside SYNC;
CREATE TABLE ops.places_quality_controls_beside (
  at DateTime64(3, 'UTC'), production_id String, key String,
  PROJECTION by_production (SELECT * ORDER BY production_id),
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (toDate32(at), production_id, at, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 256,
  min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
INSERT INTO ops.places_quality_controls_beside SELECT * FROM ops.places_quality_controls;
EXCHANGE TABLES ops.places_quality_controls AND ops.places_quality_controls_beside;
DROP TABLE ops.places_quality_controls_beside SYNC;

DROP TABLE IF EXISTS ops.places_food_distributions_beside SYNC;
CREATE TABLE ops.places_food_distributions_beside (
  sppg_id String, at DateTime64(3, 'UTC'), production_id String, key String,
  PROJECTION by_production (SELECT * ORDER BY production_id),
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (sppg_id, at, production_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 256,
  min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
INSERT INTO ops.places_food_distributions_beside SELECT * FROM ops.places_food_distributions;
EXCHANGE TABLES ops.places_food_distributions AND ops.places_food_distributions_beside;
DROP TABLE ops.places_food_distributions_beside SYNC;

DROP TABLE IF EXISTS ops.places_school_distributions_beside SYNC;
CREATE TABLE ops.places_school_distributions_beside (
  program_id String, at DateTime64(3, 'UTC'), school_id String, key String,
  INDEX by_school school_id TYPE bloom_filter(0.01) GRANULARITY 8,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (program_id, at, school_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 256,
  min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
INSERT INTO ops.places_school_distributions_beside SELECT * FROM ops.places_school_distributions;
EXCHANGE TABLES ops.places_school_distributions AND ops.places_school_distributions_beside;
DROP TABLE ops.places_school_distributions_beside SYNC;

DROP TABLE IF EXISTS ops.places_school_feeding_reports_beside SYNC;
CREATE TABLE ops.places_school_feeding_reports_beside (
  distribution_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (distribution_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 256,
  min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
INSERT INTO ops.places_school_feeding_reports_beside SELECT * FROM ops.places_school_feeding_reports;
EXCHANGE TABLES ops.places_school_feeding_reports AND ops.places_school_feeding_reports_beside;
DROP TABLE ops.places_school_feeding_reports_beside SYNC;

DROP TABLE IF EXISTS ops.places_waste_management_beside SYNC;
CREATE TABLE ops.places_waste_management_beside (
  sppg_id String, at DateTime64(3, 'UTC'), key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (sppg_id, at, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 256,
  min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
INSERT INTO ops.places_waste_management_beside SELECT * FROM ops.places_waste_management;
EXCHANGE TABLES ops.places_waste_management AND ops.places_waste_management_beside;
DROP TABLE ops.places_waste_management_beside SYNC;

DROP TABLE IF EXISTS ops.places_nutrition_programs_beside SYNC;
CREATE TABLE ops.places_nutrition_programs_beside (
  sppg_id String, key String,
  PROJECTION by_key (SELECT * ORDER BY key)
) ENGINE = ReplacingMergeTree ORDER BY (sppg_id, key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', index_granularity = 256,
  min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
INSERT INTO ops.places_nutrition_programs_beside SELECT * FROM ops.places_nutrition_programs;
EXCHANGE TABLES ops.places_nutrition_programs AND ops.places_nutrition_programs_beside;
DROP TABLE ops.places_nutrition_programs_beside SYNC;

ALTER TABLE mart.kpi_members MODIFY SETTING min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
ALTER TABLE mart.flow MODIFY SETTING min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
ALTER TABLE mart.kpi_areas MODIFY SETTING min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
ALTER TABLE ops.places_banper_requests MODIFY SETTING min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
ALTER TABLE ops.places_banper_transactions MODIFY SETTING min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
ALTER TABLE ops.places_beneficiary_feedback MODIFY SETTING min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
ALTER TABLE ops.places_beneficiary_receipts MODIFY SETTING min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
ALTER TABLE ops.places_procurements MODIFY SETTING min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;
ALTER TABLE ops.places_procurement_items MODIFY SETTING min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

-- Rows of an attempt are read once: merging them on and on is work for nothing, and so is rewriting parts to take a few out.
ALTER TABLE ops.cells MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 16777216, ttl_only_drop_parts = 1;
