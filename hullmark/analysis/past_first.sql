/* When anything was noted first: a run that began, or an event; null for never. Reads `runs` and `finding_events`. */
SELECT min(noted) AS first FROM (SELECT min(started) AS noted FROM runs UNION ALL SELECT min("at") FROM finding_events)
