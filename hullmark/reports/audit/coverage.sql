-- What became of each digest the last time that a run looked at it until then. Parameter: moment.
SELECT account, region, registry, repository, digest, array_to_string(tags, ' ') AS tags, media_type, status, reason, detail, run, "at"
FROM coverage
WHERE "at" <= $moment::TIMESTAMPTZ
QUALIFY row_number() OVER (PARTITION BY registry, repository, digest ORDER BY "at" DESC, run DESC) = 1
ORDER BY registry, repository, digest
