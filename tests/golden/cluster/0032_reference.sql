CREATE TABLE IF NOT EXISTS mart_local.fortnights ON CLUSTER 'nation' (
  starts Date32, ends Date32, listed Bool, changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplicatedReplacingMergeTree(changed_at) ORDER BY (starts, ends);

CREATE TABLE IF NOT EXISTS mart.fortnights ON CLUSTER 'nation' AS mart_local.fortnights ENGINE = Distributed('nation', 'mart_local', 'fortnights', cityHash64(starts, ends));

CREATE TABLE IF NOT EXISTS mart_local.targets ON CLUSTER 'nation' (
  kpi String, scope String, since Date32, low Nullable(Float64), high Nullable(Float64), listed Bool,
  changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplicatedReplacingMergeTree(changed_at) ORDER BY (kpi, scope, since);

CREATE TABLE IF NOT EXISTS mart.targets ON CLUSTER 'nation' AS mart_local.targets ENGINE = Distributed('nation', 'mart_local', 'targets', cityHash64(kpi, scope, since));

CREATE TABLE IF NOT EXISTS mart_local.wilayah ON CLUSTER 'nation' (
  region String, code String, name String, listed Bool, changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplicatedReplacingMergeTree(changed_at) ORDER BY region;

CREATE TABLE IF NOT EXISTS mart.wilayah ON CLUSTER 'nation' AS mart_local.wilayah ENGINE = Distributed('nation', 'mart_local', 'wilayah', cityHash64(region));

CREATE TABLE IF NOT EXISTS mart_local.settings ON CLUSTER 'nation' (
  name String, value Float64, listed Bool, changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplicatedReplacingMergeTree(changed_at) ORDER BY name;

CREATE TABLE IF NOT EXISTS mart.settings ON CLUSTER 'nation' AS mart_local.settings ENGINE = Distributed('nation', 'mart_local', 'settings', cityHash64(name));
