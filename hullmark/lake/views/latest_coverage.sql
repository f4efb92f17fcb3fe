-- What became of each digest of each repository the last time a run looked at it.
CREATE VIEW latest_coverage AS
SELECT *
FROM coverage
QUALIFY row_number() OVER (PARTITION BY registry, repository, digest ORDER BY "at" DESC, run DESC) = 1
