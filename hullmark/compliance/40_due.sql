/* What is to be fixed where, by when, and by whom: one row a vulnerability of a package in a repository that has a date, whatever the number
   of images. due: the earliest of them; owner: the first of `named_owner` whose account and pattern fit, "" where nobody is named.
   Reads `open_findings`, `images`, `target`, `named_owner` (number, owner, account and repository, "" for all). */
CREATE OR REPLACE TEMP TABLE due AS
WITH place AS (
    SELECT DISTINCT account, repository, digest FROM images WHERE state = 'present'
),
owned AS (
    SELECT place.account, place.repository, coalesce(arg_min(owner, number), '') AS owner
    FROM (SELECT DISTINCT account, repository FROM place) AS place
    LEFT JOIN named_owner ON (named_owner.account = '' OR named_owner.account = place.account)
        AND (named_owner.repository = '' OR place.repository GLOB named_owner.repository)
    GROUP BY place.account, place.repository
)
SELECT
    owner, account, repository, type, package, vulnerability, severity_named(max(severity_rank(severity))) AS severity, bool_or(kev) AS kev,
    coalesce(max(fixed_version), '') AS fixed_version, count(DISTINCT digest) AS images, min(first_seen) AS first_seen,
    min(due_on(first_seen, days, kev, kev_due)) AS due
FROM open_findings
JOIN place ON place.digest = open_findings.image_digest
JOIN owned USING (account, repository)
LEFT JOIN target USING (severity)
GROUP BY owner, account, repository, type, package, vulnerability
HAVING min(due_on(first_seen, days, kev, kev_due)) IS NOT NULL
