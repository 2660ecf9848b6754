-- Rules the data of the last 28 days break.
SELECT * FROM quality.findings ORDER BY severity, findings DESC
