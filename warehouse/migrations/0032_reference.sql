-- Reference data that is the programme's to set (files named in the configuration, or the built-in lines); rows no longer listed stay as such.
CREATE TABLE IF NOT EXISTS mart.fortnights (
  starts Date32, ends Date32, listed Bool, changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplacingMergeTree(changed_at) ORDER BY (starts, ends);

CREATE TABLE IF NOT EXISTS mart.targets (
  kpi String, scope String, since Date32, low Nullable(Float64), high Nullable(Float64), listed Bool,
  changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplacingMergeTree(changed_at) ORDER BY (kpi, scope, since);

CREATE TABLE IF NOT EXISTS mart.wilayah (
  region String, code String, name String, listed Bool, changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplacingMergeTree(changed_at) ORDER BY region;

CREATE TABLE IF NOT EXISTS mart.settings (
  name String, value Float64, listed Bool, changed_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplacingMergeTree(changed_at) ORDER BY name;
