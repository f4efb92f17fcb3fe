/* What a run's tries mean for `failures`: one row per digest that failed now or had failed before and was tried again;
   `failures` is null where it is well again. Reads `answered` and `failures`; a digest counts once a run, whatever its places.
   `counted` reasons are those that may lie in the image; others, such as a denied account, say nothing about it. */
WITH tried AS (
    SELECT
        digest,
        bool_or(status IN ('partial', 'failed') AND list_contains($counted, reason)) AS failed,
        bool_and(status IN ('scanned', 'unchanged', 'skipped') OR (status = 'partial' AND list_contains($permanent, reason))) AS well,
        arg_max(reason, list_contains($counted, reason)) AS reason,
        arg_max(detail, list_contains($counted, reason)) AS detail
    FROM answered
    GROUP BY digest
)
SELECT
    tried.digest,
    CASE WHEN failed AND old.run IS DISTINCT FROM $run THEN coalesce(old.failures, 0) + 1 WHEN failed THEN old.failures END AS failures,
    tried.reason, tried.detail,
    coalesce(old.first_failed, $at::TIMESTAMPTZ) AS first_failed, $at::TIMESTAMPTZ AS last_failed, $run AS run,
    CASE WHEN failed AND coalesce(old.failures, 0) + 1 >= $most THEN $until::TIMESTAMPTZ END AS held_until
FROM tried
LEFT JOIN failures AS old USING (digest)
WHERE failed OR (well AND old.digest IS NOT NULL)
