-- Sheets of the last 28 days: in time, late, missing.
SELECT sheet, expected, on_time, late, missing, on_time / nullif(expected, 0) AS share, days_late FROM quality.sheet_times ORDER BY share
