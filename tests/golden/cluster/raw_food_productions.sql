CREATE DATABASE IF NOT EXISTS raw ON CLUSTER 'nation';

CREATE DATABASE IF NOT EXISTS raw_local ON CLUSTER 'nation';

CREATE TABLE IF NOT EXISTS raw_local.food_productions ON CLUSTER 'nation' (
        `id` String,
      `sppgId` String,
      `actualPortions` Nullable(Int32),
        _version UInt128, _deleted Bool, _committed_at DateTime64(6, 'UTC')
      ) ENGINE = ReplicatedReplacingMergeTree(_version, _deleted) ORDER BY (`id`)
      SETTINGS index_granularity = 256, min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000, allow_nullable_key = 0;

CREATE TABLE IF NOT EXISTS raw.food_productions ON CLUSTER 'nation' AS raw_local.food_productions ENGINE = Distributed('nation', 'raw_local', 'food_productions', cityHash64(`id`));
