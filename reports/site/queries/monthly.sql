-- The nation month by month, by the measures the pages show.
SELECT kpi, month, value, withheld, provisional FROM figures.nation_monthly
WHERE kpi IN ('service_days', 'food_safety_incidents', 'budget_absorption', 'local_supplier_share', 'suspected_incidents')
ORDER BY kpi, month
