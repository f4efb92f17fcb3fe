-- The numbers of the whole fleet; one row, zeros on an empty lake.
WITH risk AS (
    SELECT
        count(*) AS findings,
        count(*) FILTER (fixed_version <> '') AS fixable,
        count(DISTINCT image_digest) FILTER (severity IN ('critical', 'high')) AS grave_images,
        count(DISTINCT vulnerability) AS vulnerabilities,
        count(DISTINCT vulnerability) FILTER (kev) AS kev_vulnerabilities,
        count(DISTINCT image_digest) FILTER (kev) AS kev_images
    FROM fleet_findings
    WHERE NOT settled
),
places AS (
    SELECT
        count(DISTINCT digest) AS images,
        count(DISTINCT (registry, repository)) AS repositories,
        count(DISTINCT account) FILTER (account <> '') AS accounts,
        count(DISTINCT region) FILTER (region <> '') AS regions
    FROM fleet
),
digests AS (
    SELECT
        count(*) AS listed,
        count(*) FILTER (status IN ('scanned', 'unchanged')) AS complete,
        count(*) FILTER (status = 'partial') AS partly,
        count(*) FILTER (status = 'skipped') AS skipped,
        count(*) FILTER (status = 'failed') AS failed
    FROM last_coverage
),
whole AS (
    SELECT count(*) FILTER (settled) AS settled, count(DISTINCT vulnerability) AS all_vulnerabilities FROM fleet_findings
),
advisories AS (SELECT count(DISTINCT feed) AS feeds FROM feed_snapshots)
SELECT * FROM risk, whole, places, digests, advisories
