-- The images or repositories that fail a rule, those that failed first on top, and then those of which it does not know, with the reason.
-- digest is "" for a repository. Parameter: rule.
SELECT
    coalesce(min(fleet.name), min(repositories.repository), left(checks.image_digest, 19)) AS name,
    CASE WHEN starts_with(checks.image_digest, 'sha256:') THEN checks.image_digest ELSE '' END AS digest,
    any_value(evidence) AS evidence, any_value(checks.first_seen) AS first_seen,
    coalesce(any_value(fleet.account), any_value(repositories.account)) AS account,
    coalesce(any_value(fleet.region), any_value(repositories.region)) AS region, bool_or(coalesce(checks.unknown, false)) AS unknown
FROM checks
LEFT JOIN fleet ON fleet.digest = checks.image_digest
LEFT JOIN repositories ON repositories.registry || '/' || repositories.repository = checks.image_digest
WHERE rule = $rule
GROUP BY checks.image_digest
ORDER BY unknown, first_seen, name
