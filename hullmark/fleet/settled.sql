/* What exceptions and VEX have changed since it was last told: findings that are settled now and were not, and those that count again.
   Gives the columns of `finding_events`. Reads `image_standing`, `findings`, `finding_events`. Parameters: run, at. */
WITH standing_now AS (
    SELECT * FROM image_standing WHERE settled
),
told AS (
    SELECT image_digest, package_key, vulnerability, arg_max(event, "at") AS event, arg_max(cause, "at") AS cause
    FROM finding_events
    WHERE event IN ('settled', 'reopened')
    GROUP BY ALL
)
SELECT
    $run AS run, $at::TIMESTAMPTZ AS "at", 'settled' AS event, CASE WHEN exempt <> '' THEN 'exception' ELSE 'vex' END AS cause,
    image_digest, package_key, vulnerability, left(CASE WHEN exempt <> '' THEN exempt ELSE vex END, 400) AS detail
FROM standing_now ANTI JOIN (SELECT * FROM told WHERE event = 'settled') AS known USING (image_digest, package_key, vulnerability)
UNION ALL
SELECT
    $run, $at::TIMESTAMPTZ, 'reopened', cause, image_digest, package_key, vulnerability,
    CASE cause WHEN 'exception' THEN 'its exception has ended' ELSE 'no statement settles it any more' END
FROM told
SEMI JOIN findings USING (image_digest, package_key, vulnerability)
ANTI JOIN standing_now USING (image_digest, package_key, vulnerability)
WHERE event = 'settled'
