-- Completeness of the last 28 days, the nation.
SELECT sum(expected) AS expected, sum(complete) AS complete, sum(complete) / nullif(sum(expected), 0) AS share, sum(kitchens) AS kitchens
FROM quality.complete_provinces
