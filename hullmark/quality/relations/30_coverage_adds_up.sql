/*
title = "a run has a row of coverage for each digest that it counts"
level = "error"
*/
SELECT $run AS subject, $digests || ' digests are counted, coverage has ' || count(*) AS evidence
FROM coverage WHERE run = $run
HAVING count(*) <> $digests
