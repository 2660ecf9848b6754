-- BGN's regions: sums of their provinces, numerators over denominators.
SELECT p.wilayah AS name, count(DISTINCT p.unit) AS provinces,
  sum(CASE WHEN s.kpi = 'delivery_fulfilment' THEN s.num END) AS delivered,
  sum(CASE WHEN s.kpi = 'delivery_fulfilment' THEN s.den END) AS target,
  delivered / nullif(target, 0) AS fulfilment
FROM reference.provinces p
LEFT JOIN figures.standing s ON s.level = 'province' AND s.unit = p.unit AND s.span = 'month'
WHERE p.wilayah <> ''
GROUP BY p.wilayah
ORDER BY p.wilayah
