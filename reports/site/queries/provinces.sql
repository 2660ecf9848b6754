-- Every province by every measure over the last 28 days, with its target; provinces without data are there too.
SELECT k.kpi, p.unit, p.code, p.name, p.wilayah, s.value, s.num, s.den, coalesce(s.withheld, false) AS withheld, t.low, t.high, t.status
FROM reference.provinces p
CROSS JOIN reference.kpis k
LEFT JOIN figures.standing s ON s.kpi = k.kpi AND s.level = 'province' AND s.unit = p.unit AND s.span = 'month'
LEFT JOIN figures.targets t ON t.kpi = k.kpi AND t.level = 'province' AND t.unit = p.unit AND t.span = 'month'
ORDER BY k.kpi, p.name
