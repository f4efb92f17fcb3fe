/* What attestations have said and count for no more: their evidence lies there no more, as far as this run has listed, or without
   the tag that it was found by, since another one took its place (`cosign attest --replace`), or those with VEX are switched off.
   One row a document of VEX, and one with a blank document for the provenance of a piece of evidence. Reads `vex_statements`,
   `provenance`, `digests`, `coverage`. `registries` were listed to their end, all but the `hidden` repositories of theirs; of other
   registries only `repositories`. Parameters: run, off, and these three. */
WITH said AS (
    SELECT DISTINCT document, split_part(source, ' ', 2) AS digest, '' AS registry, repository, repository AS place
    FROM vex_statements
    WHERE starts_with(source, 'attestation ')
    UNION ALL
    SELECT DISTINCT '', digest, registry, repository, registry || '/' || repository FROM provenance
),
stays AS (
    SELECT digest, registry || '/' || repository AS place FROM coverage WHERE run = $run AND reason <> 'untagged'
    UNION
    SELECT digest, registry || '/' || repository
    FROM digests
    WHERE list_contains($hidden, registry || '/' || repository)
        OR NOT (list_contains($registries, registry) OR list_contains($repositories, registry || '/' || repository))
)
SELECT document, digest, registry, repository
FROM said
WHERE ($off AND document <> '') OR (digest, place) NOT IN (SELECT (digest, place) FROM stays)
