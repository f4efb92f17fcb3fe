/*
title = "the number of findings is near that of the run before"
level = "warning"
*/
WITH before AS (
    SELECT arg_max(findings, finished) AS findings FROM runs WHERE run <> $run AND state IN ('completed', 'incomplete') AND findings > 0
)
SELECT $run AS subject, (SELECT count(*) FROM findings) || ' findings, ' || findings || ' before' AS evidence
FROM before
WHERE findings >= 100 AND ((SELECT count(*) FROM findings) < findings / 2 OR (SELECT count(*) FROM findings) > findings * 2)
