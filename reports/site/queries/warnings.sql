-- Regencies farthest outside of what was to be expected on the last day. What is never more than all of it is not expected to be.
SELECT w.kpi, w.unit, w.name, w.value, w.low, CASE WHEN k.unit = 'percent' AND w.value <= 1 AND w.low <= 1 THEN least(w.high, 1) ELSE w.high END AS high, w.total
FROM quality.warnings w JOIN reference.kpis k ON k.kpi = w.kpi
ORDER BY w.distance DESC NULLS LAST
LIMIT 20
