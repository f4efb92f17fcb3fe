-- The findings of one image in numbers; one row.
SELECT
    count(*) AS findings,
    count(*) FILTER (severity = 'critical') AS critical,
    count(*) FILTER (severity = 'high') AS high,
    count(*) FILTER (severity = 'medium') AS medium,
    count(*) FILTER (severity NOT IN ('critical', 'high', 'medium')) AS milder,
    count(*) FILTER (kev) AS exploited,
    count(*) FILTER (fixed_version <> '') AS fixable,
    (SELECT count(*) FROM packages WHERE image_digest = $digest) AS packages,
    (SELECT count(*) FROM packages WHERE image_digest = $digest AND ecosystem = '') AS uncompared,
    (SELECT count(*) FROM image_layers WHERE image_digest = $digest) AS layers,
    (SELECT count(*) FROM problems WHERE image_digest = $digest) AS problems
FROM findings
WHERE image_digest = $digest
