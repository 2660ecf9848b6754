-- The share of kitchens with every sheet, day by day, from the first day that has one.
SELECT day, complete / nullif(expected, 0) AS value, expected, complete, provisional FROM quality.complete_daily
WHERE day >= (SELECT min(day) FROM quality.complete_daily WHERE complete > 0)
ORDER BY day
