-- The share of a budget at which its kitchen wants to be told (percent), in force by date like the budget itself.
ALTER TABLE ops.history_sppg ADD COLUMN IF NOT EXISTS budget_alert_threshold Nullable(Float64) AFTER monthly_budget;
