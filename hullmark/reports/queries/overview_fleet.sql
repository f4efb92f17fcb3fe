-- The numbers of the whole fleet; one row, zeros on an empty lake.
WITH risk AS (
    SELECT
        coalesce(sum(findings), 0)::BIGINT AS findings,
        coalesce(sum(fixable), 0)::BIGINT AS fixable,
        coalesce(sum(settled), 0)::BIGINT AS settled,
        count(*) FILTER (critical + high > 0) AS grave_images,
        count(*) FILTER (exploited > 0) AS kev_images
    FROM image_tally
),
told AS (
    SELECT
        count(DISTINCT vulnerability) FILTER (NOT settled) AS vulnerabilities,
        count(DISTINCT vulnerability) FILTER (NOT settled AND kev) AS kev_vulnerabilities,
        count(DISTINCT vulnerability) AS all_vulnerabilities
    FROM fleet_vulnerability
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
advisories AS (SELECT count(DISTINCT feed) AS feeds FROM feed_snapshots)
SELECT * FROM risk, told, places, digests, advisories
