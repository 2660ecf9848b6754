ALTER TABLE ops_local.history_sppg ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS budget_alert_threshold Nullable(Float64) AFTER monthly_budget;

ALTER TABLE ops.history_sppg ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS budget_alert_threshold Nullable(Float64) AFTER monthly_budget;
