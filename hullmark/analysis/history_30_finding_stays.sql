/* How long a vulnerability of a package stayed in a line, one row for each unbroken run of steps that have it. The second such run is a
   regression. opened: since when it was known in an image of the line that was out; closed: when the first step without it came, or
   when the last step's tag ended; null while the newest step has it. What was gone before it was known has no times.
   Reads `tag_steps`, `image_findings`. Gives registry, repository, account, line, platform, type, package, vulnerability, severity, kev,
   stay (from 1), first_step, last_step, introduced_in and _digest, fixed_in and _digest ("" for none), opened, closed. */
CREATE OR REPLACE TEMP VIEW finding_stays AS
WITH had AS (
    SELECT
        tag_steps.* EXCLUDE (until), CASE WHEN step = steps THEN until END AS ended, type, package, vulnerability,
        max(severity_rank(severity)) AS rank, bool_or(kev) AS kev, min(greatest(known, since)) AS seen
    FROM tag_steps
    JOIN image_findings ON image_findings.image_digest = tag_steps.digest
    GROUP BY ALL
),
islands AS (
    SELECT
        *,
        step - row_number() OVER (PARTITION BY registry, repository, line, platform, type, package, vulnerability ORDER BY step) AS island
    FROM had
),
stays AS (
    SELECT
        registry, repository, any_value(account) AS account, line, platform, type, package, vulnerability, max(rank) AS rank,
        bool_or(kev) AS kev, min(step) AS first_step, max(step) AS last_step, arg_min(tag, step) AS introduced_in,
        arg_min(digest, step) AS introduced_digest, min(seen) AS opened, max(ended) AS ended,
        row_number() OVER (PARTITION BY registry, repository, line, platform, type, package, vulnerability ORDER BY min(step)) AS stay
    FROM islands
    GROUP BY registry, repository, line, platform, type, package, vulnerability, island
)
SELECT
    stays.* EXCLUDE (rank, opened, ended), severity_named(rank) AS severity, coalesce(after.tag, '') AS fixed_in,
    coalesce(after.digest, '') AS fixed_digest,
    CASE WHEN opened < coalesce(after.since, ended, 'infinity') THEN opened END AS opened,
    CASE WHEN opened < coalesce(after.since, ended) THEN coalesce(after.since, ended) END AS closed
FROM stays
LEFT JOIN tag_steps AS after ON after.registry = stays.registry AND after.repository = stays.repository AND after.line = stays.line
    AND after.platform = stays.platform AND after.step = stays.last_step + 1
