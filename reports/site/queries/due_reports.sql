-- Fortnightly reports that are not there.
SELECT * FROM quality.due_reports
