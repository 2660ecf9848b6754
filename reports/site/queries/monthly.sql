-- The nation month by month.
SELECT kpi, month, value, withheld, provisional FROM figures.nation_monthly ORDER BY kpi, month
