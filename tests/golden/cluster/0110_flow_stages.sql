CREATE TABLE IF NOT EXISTS mart_local.flow_stages ON CLUSTER 'nation' (
  day Date32,
  sppg_id String,
  fact LowCardinality(String),
  cells Array(Tuple(stage Enum8('planned' = 1, 'cooked' = 2, 'checked' = 3, 'departed' = 4, 'delivered' = 5), hour UInt8, portions Float64)),
  seq UInt64
) ENGINE = ReplicatedReplacingMergeTree(seq) PARTITION BY toYear(day) * 12 + toMonth(day) ORDER BY (day, sppg_id, fact)
SETTINGS index_granularity = 2048, min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000;

CREATE TABLE IF NOT EXISTS mart.flow_stages ON CLUSTER 'nation' AS mart_local.flow_stages ENGINE = Distributed('nation', 'mart_local', 'flow_stages', cityHash64(sppg_id));

INSERT INTO mart.flow_stages (day, sppg_id, fact, cells, seq)
SELECT day, sppg_id, kind.1, arrayFilter(cell -> has(kind.2, toString(cell.stage)), cells), seq
FROM (SELECT * FROM mart.flow FINAL)
ARRAY JOIN [
  ('flow_production', ['planned', 'cooked', 'checked']), ('flow_distribution', ['departed']), ('flow_school', ['delivered'])
] AS kind;
