-- A line a province: size, portions, and how it stands by the measures people ask for first.
SELECT p.unit, p.name, p.wilayah, p.kitchens, p.regencies,
  max(CASE WHEN s.kpi = 'portions_delivered' THEN s.value END) AS portions_delivered,
  max(CASE WHEN s.kpi = 'delivery_fulfilment' THEN s.value END) AS delivery_fulfilment,
  max(CASE WHEN s.kpi = 'on_time_delivery' THEN s.value END) AS on_time_delivery,
  max(CASE WHEN s.kpi = 'holding_time_4h' THEN s.value END) AS holding_time_4h,
  max(CASE WHEN s.kpi = 'akg_compliance' THEN s.value END) AS akg_compliance,
  max(CASE WHEN s.kpi = 'food_cost_per_portion' THEN s.value END) AS food_cost_per_portion,
  max(CASE WHEN s.kpi = 'satisfaction' THEN s.value END) AS satisfaction
FROM reference.provinces p
LEFT JOIN figures.standing s ON s.level = 'province' AND s.unit = p.unit AND s.span = 'month'
GROUP BY ALL
ORDER BY p.name
