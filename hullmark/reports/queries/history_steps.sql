-- The steps of one line, the newest first, with what each brought, fixed, carried over and brought back. A finding is a vulnerability of
-- a package here.
SELECT
    step, tag_steps.tag, digest, left(digest, 19) AS short_digest, since, until,
    count(*) FILTER (first_step = step AND stay = 1) AS introduced,
    count(*) FILTER (first_step = step AND stay > 1) AS regressed,
    count(*) FILTER (first_step < step AND step <= last_step) AS carried,
    count(*) FILTER (last_step + 1 = step) AS fixed,
    lag(digest) OVER (ORDER BY step) AS before
FROM tag_steps
LEFT JOIN (
    FROM finding_stays
    WHERE registry = split_part($place, '/', 1) AND repository = substr($place, strpos($place, '/') + 1) AND line = $line
        AND platform = $platform
) AS stays ON step BETWEEN first_step AND last_step + 1
WHERE tag_steps.registry = split_part($place, '/', 1) AND tag_steps.repository = substr($place, strpos($place, '/') + 1)
    AND tag_steps.line = $line AND tag_steps.platform = $platform
GROUP BY step, tag_steps.tag, digest, since, until
ORDER BY step DESC
