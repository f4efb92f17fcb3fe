-- The days that can be asked about: from the first finding that an event tells of, to the last run; one row.
SELECT min("at")::DATE AS first_day, max("at")::DATE AS last_day FROM finding_events
