/* How many rows of coverage are older than a time. */
SELECT count(*) AS rows FROM coverage WHERE "at" < $before::TIMESTAMPTZ
