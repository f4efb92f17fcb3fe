/* What is stored of packages of these names: which advisories, and which vulnerabilities, of which one may be withdrawn or rejected by
   whoever says so. Reads `verdicts` and `judged_package`. */
WITH stored AS (
    SELECT advisory, vulnerability FROM verdicts SEMI JOIN judged_package ON judged_package.name = verdicts.package
)
SELECT advisory FROM stored UNION SELECT vulnerability FROM stored
