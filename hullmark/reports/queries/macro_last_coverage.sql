-- What became of every digest that the last run over its repository listed there.
CREATE VIEW last_coverage AS
SELECT *
FROM coverage
QUALIFY run = arg_max(run, "at") OVER (PARTITION BY registry, repository)
