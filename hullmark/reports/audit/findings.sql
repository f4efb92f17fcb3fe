/* The findings that were open at a time, as their events tell. Severity and fixed version are those of that time where an event after it
   says what they were before, else those of today; blank where the finding is gone and nothing tells. Parameter: moment. */
WITH last AS (
    SELECT image_digest, package_key, vulnerability, arg_max(event, "at") AS event, max("at") AS opened, arg_max(cause, "at") AS cause,
        arg_max(run, "at") AS run
    FROM finding_events
    WHERE "at" <= $moment::TIMESTAMPTZ AND event IN ('opened', 'closed')
    GROUP BY image_digest, package_key, vulnerability
),
later AS (
    SELECT
        image_digest, package_key, vulnerability,
        arg_min(split_part(detail, ' -> ', 1), "at") FILTER (cause = 'severity') AS severity,
        arg_min(split_part(detail, ', before: ', 2), "at") FILTER (cause = 'range') AS fixed
    FROM finding_events
    WHERE "at" > $moment::TIMESTAMPTZ AND event = 'changed'
    GROUP BY image_digest, package_key, vulnerability
)
SELECT
    image_digest, split_part(package_key, '|', 1) AS type, split_part(package_key, '|', 2) AS package,
    replace(replace(split_part(package_key, '|', 3), '%7C', '|'), '%25', '%') AS version, package_key, vulnerability,
    coalesce(later.severity, findings.severity, '') AS severity,
    CASE WHEN later.fixed = 'no version' THEN '' ELSE coalesce(later.fixed, findings.fixed_version, '') END AS fixed_version,
    last.opened, last.cause, last.run
FROM last
LEFT JOIN later USING (image_digest, package_key, vulnerability)
LEFT JOIN findings USING (image_digest, package_key, vulnerability)
WHERE last.event = 'opened'
ORDER BY image_digest, package_key, vulnerability
