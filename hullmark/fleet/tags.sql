/* How the tags of this run differ from those that the lake knows: rows of `tags` that begin, and rows that end now.
   Reads `listing` and `tags`. `registries` were listed to their end, all but the `hidden` repositories of theirs
   ("registry/repository"); of other registries only `repositories`. A tag that is elsewhere now has ended wherever it was. */
WITH now AS (
    SELECT registry, repository, unnest(tags) AS tag, digest FROM listing
),
open AS (
    SELECT * FROM tags WHERE until IS NULL
),
ended AS (
    SELECT open.* REPLACE ($at::TIMESTAMPTZ AS until)
    FROM open
    ANTI JOIN now USING (registry, repository, tag, digest)
    LEFT JOIN (SELECT DISTINCT registry, repository, tag, true AS moved FROM now) AS elsewhere USING (registry, repository, tag)
    WHERE moved OR (
        (list_contains($registries, registry) OR list_contains($repositories, registry || '/' || repository))
        AND NOT list_contains($hidden, registry || '/' || repository)
    )
),
begun AS (
    SELECT registry, repository, tag, digest, $at::TIMESTAMPTZ AS since, NULL::TIMESTAMPTZ AS until
    FROM now ANTI JOIN open USING (registry, repository, tag, digest)
)
SELECT * FROM ended UNION ALL BY NAME SELECT * FROM begun
