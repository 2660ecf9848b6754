-- How the nation stands: every measure by span (day, week, week_before, month, month_before), with its target.
SELECT s.kpi, s.span, s.num, s.den, s.value, s.withheld, t.low, t.high, t.status
FROM figures.standing s
LEFT JOIN figures.targets t ON t.kpi = s.kpi AND t.level = s.level AND t.unit = s.unit AND t.span = s.span
WHERE s.level = 'national'
