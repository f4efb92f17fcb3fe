-- The images that fail a rule, those that failed first on top. Parameter: rule.
SELECT
    coalesce(min(fleet.name), left(checks.image_digest, 19)) AS name, checks.image_digest AS digest, any_value(evidence) AS evidence,
    any_value(checks.first_seen) AS first_seen, any_value(fleet.account) AS account, any_value(fleet.region) AS region
FROM checks
LEFT JOIN fleet ON fleet.digest = checks.image_digest
WHERE rule = $rule
GROUP BY checks.image_digest
ORDER BY first_seen, name
