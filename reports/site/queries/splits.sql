-- What amounts of the last 28 days are made of.
SELECT kpi, part, value, withheld FROM figures.nation_splits ORDER BY kpi, value DESC
