-- Up to when the figures go.
SELECT * FROM reference.edition
