/* The images that were there and that this run did not find with a tag, or that the policy leaves out. `registries` were listed
   to their end, all but the `hidden` repositories of theirs ("registry/repository"); of other registries only `repositories`.
   Gives the columns of `images`. What ECR has archived stays as it was: it keeps its last result until it is restored or deleted. */
WITH stands AS (
    SELECT
        images.*,
        CASE WHEN coverage.digest IS NULL THEN 'deleted' WHEN coverage.reason = 'untagged' THEN 'untagged' ELSE 'excluded' END AS now
    FROM images
    LEFT JOIN coverage ON coverage.run = $run AND coverage.registry = images.registry
        AND coverage.repository = images.repository AND coverage.digest = images.digest
    WHERE (coverage.digest IS NULL OR (coverage.status = 'skipped' AND list_contains($leaving, coverage.reason)))
        AND NOT list_contains($hidden, images.registry || '/' || images.repository)
        AND (list_contains($registries, images.registry)
            OR list_contains($repositories, images.registry || '/' || images.repository))
)
SELECT * EXCLUDE (now) REPLACE (now AS state) FROM stands WHERE state <> now
