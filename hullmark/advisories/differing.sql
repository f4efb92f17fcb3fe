/* The rows of two indexes of one feed, `before` and `after`, whose record came, went or says something else. */
FROM (FROM before UNION ALL FROM after)
SEMI JOIN (
    SELECT record
    FROM (SELECT record, digest FROM before UNION ALL SELECT record, digest FROM after)
    GROUP BY record, digest
    HAVING count(*) = 1
) USING (record)
