/* The vulnerabilities of packages that only one of two images is known to have, the gravest first: opened are those of the second,
   closed those of the first. version: what has it. Reads `image_findings`. Parameters: before, after. */
WITH side AS (
    SELECT
        is_after, type, package, vulnerability, array_to_string(list_sort(list_distinct(list(version))), ', ') AS version,
        max(fixed_version) AS fixed_version, max(severity_rank(severity)) AS rank, bool_or(kev) AS kev
    FROM image_findings JOIN (VALUES (false, $before), (true, $after)) AS asked(is_after, digest) ON digest = image_digest
    GROUP BY ALL
)
SELECT
    CASE WHEN one.is_after THEN 'opened' ELSE 'closed' END AS change, vulnerability, severity_named(rank) AS severity, kev, type, package,
    version, fixed_version
FROM side AS one
ANTI JOIN side AS other ON other.is_after <> one.is_after AND other.type = one.type AND other.package = one.package
    AND other.vulnerability = one.vulnerability
ORDER BY change DESC, kev DESC, rank DESC, vulnerability, type, package
