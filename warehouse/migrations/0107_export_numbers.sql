-- The number that stands on an exported document (ops.report_numbers); empty for data files, which carry none.
ALTER TABLE ops.exports ADD COLUMN IF NOT EXISTS number String DEFAULT '';
