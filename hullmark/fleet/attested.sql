/* The documents of attestations that count no more: their evidence lies there no more, as far as this run has listed, or
   attestations are switched off. Reads `vex_statements`, `digests`, `coverage`. `registries` were listed to their end, all but the
   `hidden` repositories of theirs; of other registries only `repositories`. Parameters: run, off, and these three. */
WITH attested AS (
    SELECT DISTINCT document, split_part(source, ' ', 2) AS digest, repository FROM vex_statements WHERE starts_with(source, 'attestation ')
),
stays AS (
    SELECT digest, registry || '/' || repository AS repository FROM coverage WHERE run = $run
    UNION
    SELECT digest, registry || '/' || repository
    FROM digests
    WHERE list_contains($hidden, registry || '/' || repository)
        OR NOT (list_contains($registries, registry) OR list_contains($repositories, registry || '/' || repository))
)
SELECT document FROM attested WHERE $off OR (digest, repository) NOT IN (SELECT (digest, repository) FROM stays)
