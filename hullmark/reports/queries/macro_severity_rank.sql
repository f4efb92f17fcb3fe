-- The place of a severity in the order, 1 for "unknown" and for null, 7 for "critical" (see hullmark/reports/severity.py).
CREATE MACRO severity_rank(severity) AS
    coalesce(list_position(['unknown', 'none', 'negligible', 'low', 'medium', 'high', 'critical'], severity), 1)
