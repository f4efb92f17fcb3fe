-- The place of a severity in the order, 1 for "unknown" and for null, 7 for "critical", and back (see hullmark/reports/severity.py).
CREATE MACRO IF NOT EXISTS severity_rank(severity) AS
    coalesce(list_position(['unknown', 'none', 'negligible', 'low', 'medium', 'high', 'critical'], severity), 1);
CREATE MACRO IF NOT EXISTS severity_named(place) AS
    ['unknown', 'none', 'negligible', 'low', 'medium', 'high', 'critical'][place]
