/*
title = "no more than half of the images of an account have left since the run before"
level = "warning"
*/
WITH before AS (
    SELECT max(started) AS started FROM runs WHERE run <> $run AND kind = 'scan' AND state IN ('completed', 'incomplete')
)
SELECT account AS subject, count(*) FILTER (state <> 'present') || ' of ' || count(*) || ' images have left' AS evidence
FROM images, before
WHERE last_seen >= before.started
GROUP BY account
HAVING count(*) >= 20 AND count(*) FILTER (state <> 'present') * 2 > count(*)
