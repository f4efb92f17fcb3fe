/* What was known at a time: the findings that were open then, as their events tell, which are kept when old states of the lake are not.
   severity, fixed_version and advisory are those of that time; null where the event is of a Hullmark that did not note them. */
CREATE MACRO IF NOT EXISTS findings_at(moment) AS TABLE
SELECT
    image_digest, package_key, vulnerability, split_part(package_key, '|', 1) AS type, split_part(package_key, '|', 2) AS package,
    replace(replace(split_part(package_key, '|', 3), '%7C', '|'), '%25', '%') AS version,
    arg_max(severity, "at") AS severity, arg_max(fixed_version, "at") AS fixed_version, arg_max(advisory, "at") AS advisory,
    max("at") FILTER (event = 'opened') AS opened, arg_max(cause, "at") FILTER (event = 'opened') AS cause
FROM finding_events
WHERE "at" <= moment::TIMESTAMPTZ
GROUP BY image_digest, package_key, vulnerability
HAVING arg_max(event, "at") FILTER (event IN ('opened', 'closed')) = 'opened'
