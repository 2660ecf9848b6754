-- The day of a kitchen by the hour of its own clock: portions planned, cooked, checked, departed, delivered. One row a kitchen and
-- day, replaced as a whole; hour 255 = without a time. A day of all kitchens stands together.
CREATE TABLE IF NOT EXISTS mart.flow (
  day Date32,
  sppg_id String,
  cells Array(Tuple(stage Enum8('planned' = 1, 'cooked' = 2, 'checked' = 3, 'departed' = 4, 'delivered' = 5), hour UInt8, portions Float64)),
  seq UInt64
) ENGINE = ReplacingMergeTree(seq) PARTITION BY toYear(day) * 12 + toMonth(day) ORDER BY (day, sppg_id)
SETTINGS index_granularity = 2048;
