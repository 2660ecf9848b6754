-- Every province over the last 28 days by the measures the pages show, with its target; provinces without data are there too.
-- A page that shows another measure adds it here.
SELECT k.kpi, p.unit, p.code, p.name, p.wilayah, s.value, s.num, s.den, coalesce(s.withheld, false) AS withheld, t.low, t.high, t.status
FROM reference.provinces p
CROSS JOIN reference.kpis k
LEFT JOIN figures.standing s ON s.kpi = k.kpi AND s.level = 'province' AND s.unit = p.unit AND s.span = 'month'
LEFT JOIN figures.targets t ON t.kpi = k.kpi AND t.level = 'province' AND t.unit = p.unit AND t.span = 'month'
WHERE k.kpi IN (
  'delivery_fulfilment', 'coverage', 'on_time_delivery', 'holding_time_4h', 'serving_temperature', 'slhs_valid', 'akg_compliance',
  'food_waste_per_portion', 'food_cost_per_portion', 'cost_variance', 'budget_absorption', 'local_supplier_share', 'supplier_on_time',
  'satisfaction', 'complaints_answered_24h'
)
ORDER BY k.kpi, p.name
