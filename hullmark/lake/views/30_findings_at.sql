/* What was known at a time: the findings that were open then, as their events tell, which are kept when old states of the lake are not.
   severity and fixed_version are those of that time, and advisory the one that decided when a severity, a fix or an exploitation changed
   last, since another one that says the same is no event; null where the event is of a Hullmark that did not note them. */
CREATE MACRO IF NOT EXISTS findings_at(moment) AS TABLE
SELECT
    image_digest, package_key, vulnerability, key_type(package_key) AS type, key_package(package_key) AS package,
    key_version(package_key) AS version, said.severity, said.fixed_version, said.advisory, opened, cause
FROM (
    SELECT
        image_digest, package_key, vulnerability,
        arg_max({'severity': severity, 'fixed_version': fixed_version, 'advisory': advisory}, "at")
            FILTER (advisory IS NOT NULL) AS said,  -- an exception that came or ended says nothing of these
        max("at") FILTER (event = 'opened') AS opened, arg_max(cause, "at") FILTER (event = 'opened') AS cause,
        max("at") FILTER (event = 'closed') AS closed
    FROM finding_events
    WHERE "at" <= moment::TIMESTAMPTZ
    GROUP BY image_digest, package_key, vulnerability
)
WHERE opened > closed OR (opened IS NOT NULL AND closed IS NULL)
