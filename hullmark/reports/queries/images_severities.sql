-- The findings of one image in numbers; one row.
SELECT
    count(*) FILTER (NOT settled) AS findings,
    count(*) FILTER (NOT settled AND severity = 'critical') AS critical,
    count(*) FILTER (NOT settled AND severity = 'high') AS high,
    count(*) FILTER (NOT settled AND severity = 'medium') AS medium,
    count(*) FILTER (NOT settled AND severity NOT IN ('critical', 'high', 'medium')) AS milder,
    count(*) FILTER (NOT settled AND kev) AS exploited,
    count(*) FILTER (NOT settled AND fixed_version <> '') AS fixable,
    count(*) FILTER (settled) AS settled,
    (SELECT count(*) FROM packages WHERE image_digest = $digest) AS packages,
    (SELECT count(*) FROM packages WHERE image_digest = $digest AND ecosystem = '') AS uncompared,
    (SELECT count(*) FROM image_layers WHERE image_digest = $digest) AS layers,
    (SELECT count(*) FROM problems WHERE image_digest = $digest) AS problems
FROM fleet_findings
WHERE image_digest = $digest
