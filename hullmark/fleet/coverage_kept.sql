/* Of the rows of coverage that are older than a time, those that are the last of their digest in its place. */
SELECT old.*
FROM (
    SELECT * FROM coverage WHERE "at" < $before::TIMESTAMPTZ
    QUALIFY row_number() OVER (PARTITION BY registry, repository, digest ORDER BY "at" DESC, run DESC) = 1
) AS old
ANTI JOIN (SELECT registry, repository, digest FROM coverage WHERE "at" >= $before::TIMESTAMPTZ) AS later
    USING (registry, repository, digest)
