-- The nation day by day, with what was to be expected.
SELECT d.kpi, d.day, d.value, d.withheld, d.provisional, e.low, e.high
FROM figures.nation_daily d
LEFT JOIN figures.nation_expected e ON e.kpi = d.kpi AND e.day = d.day
ORDER BY d.kpi, d.day
