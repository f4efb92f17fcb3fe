/* The images that were there and that this run did not find with a tag. `registries` were listed, all but the
   `hidden` repositories of theirs ("registry/repository"). Gives the columns of `images`.
   What ECR has archived stays as it was: it keeps its last result until it is restored or deleted. */
SELECT images.* REPLACE (CASE WHEN coverage.digest IS NULL THEN 'deleted' ELSE 'untagged' END AS state)
FROM images
LEFT JOIN coverage ON coverage.run = $run AND coverage.registry = images.registry
    AND coverage.repository = images.repository AND coverage.digest = images.digest
WHERE images.state <> CASE WHEN coverage.digest IS NULL THEN 'deleted' ELSE 'untagged' END
    AND list_contains($registries, images.registry) AND NOT list_contains($hidden, images.registry || '/' || images.repository)
    AND (coverage.digest IS NULL OR (coverage.status = 'skipped' AND coverage.reason = 'untagged'))
