-- Completeness of the last 28 days by province, the least complete first.
SELECT c.*, p.name, c.complete / nullif(c.expected, 0) AS share
FROM quality.complete_provinces c JOIN reference.provinces p ON p.unit = c.unit
ORDER BY share, p.name
