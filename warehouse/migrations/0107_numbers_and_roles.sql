-- The number that stands on an exported document (ops.report_numbers); empty for data files, which carry none.
ALTER TABLE ops.exports ADD COLUMN IF NOT EXISTS number String DEFAULT '';
-- The role a delivery's numbers were read for: it goes to nobody whom the schedule gives another one by then.
ALTER TABLE ops.deliveries ADD COLUMN IF NOT EXISTS role LowCardinality(String) DEFAULT '';
