-- The measures whose days the pages show, with what was to be expected. A page that shows another one adds it here.
SELECT d.kpi, d.day, d.value, d.withheld, d.provisional, e.low, e.high
FROM figures.nation_daily d
LEFT JOIN figures.nation_expected e ON e.kpi = d.kpi AND e.day = d.day
WHERE d.kpi IN (
  'portions_delivered', 'delivery_fulfilment', 'holding_time_4h', 'serving_temperature', 'qc_pass_rate', 'akg_compliance',
  'akg_unknown_portions', 'consumption_rate', 'food_waste_per_portion', 'food_cost_per_portion', 'supplier_on_time', 'order_in_full',
  'satisfaction', 'complaints_answered_24h'
)
ORDER BY d.kpi, d.day
