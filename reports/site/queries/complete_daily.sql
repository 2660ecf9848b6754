-- The share of kitchens with every sheet, day by day.
SELECT day, complete / nullif(expected, 0) AS value, expected, complete, provisional FROM quality.complete_daily ORDER BY day
