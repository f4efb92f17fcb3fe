-- How many of how many failed each rule in each repository. Parameter: moment.
SELECT rule, account, repository, population, failing, coalesce(unknown, 0) AS unknown, run, "at"
FROM compliance
WHERE "at" <= $moment::TIMESTAMPTZ
QUALIFY row_number() OVER (PARTITION BY rule, account, repository ORDER BY "at" DESC) = 1
ORDER BY rule, account, repository
