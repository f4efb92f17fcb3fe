-- What became of every digest that the last scan of its repository listed there, and of what was pushed since.
CREATE VIEW last_coverage AS
SELECT * EXCLUDE (pushed)
FROM (SELECT coverage.*, coalesce(runs.kind = 'push', false) AS pushed FROM coverage LEFT JOIN runs USING (run)) AS known
QUALIFY "at" >= coalesce(max(CASE WHEN NOT pushed THEN "at" END) OVER (PARTITION BY registry, repository), "at")
    AND row_number() OVER (PARTITION BY registry, repository, digest ORDER BY "at" DESC, run DESC) = 1
