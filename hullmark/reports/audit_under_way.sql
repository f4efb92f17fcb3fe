-- When each run began that is under way, its heart beating still: the first one first. Parameters: moment, since.
SELECT started
FROM runs
WHERE state = 'running' AND started <= $moment::TIMESTAMPTZ AND heartbeat >= $since::TIMESTAMPTZ
ORDER BY started
