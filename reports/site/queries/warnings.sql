-- Regencies farthest outside of what was to be expected on the last day.
SELECT kpi, unit, name, value, low, high, total FROM quality.warnings ORDER BY distance DESC NULLS LAST LIMIT 20
