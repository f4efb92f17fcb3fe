-- How many vulnerabilities of packages two images have in common, one row. Reads `image_findings`. Parameters: before, after.
SELECT count(*) AS kept
FROM (
    SELECT type, package, vulnerability FROM image_findings WHERE image_digest IN ($before, $after)
    GROUP BY ALL
    HAVING count(DISTINCT image_digest) = 2 OR $before = $after
)
