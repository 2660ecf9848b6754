CREATE TABLE IF NOT EXISTS mart_local.flow ON CLUSTER 'nation' (
  day Date32,
  sppg_id String,
  cells Array(Tuple(stage Enum8('planned' = 1, 'cooked' = 2, 'checked' = 3, 'departed' = 4, 'delivered' = 5), hour UInt8, portions Float64)),
  seq UInt64
) ENGINE = ReplicatedReplacingMergeTree(seq) PARTITION BY toYear(day) * 12 + toMonth(day) ORDER BY (day, sppg_id)
SETTINGS index_granularity = 2048;

CREATE TABLE IF NOT EXISTS mart.flow ON CLUSTER 'nation' AS mart_local.flow ENGINE = Distributed('nation', 'mart_local', 'flow', cityHash64(sppg_id));
