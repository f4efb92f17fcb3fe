-- Every exception that was made until then, with how it stood. Parameter: moment.
SELECT
    id, state, owner, reason, vulnerability, rule, package, versions, repository, account, image_digest, created_at, created_by, expires_at,
    CASE WHEN state = 'revoked' THEN revoked_at END AS revoked_at, CASE WHEN state = 'revoked' THEN revoked_by ELSE '' END AS revoked_by
FROM exceptions_at($moment::TIMESTAMPTZ)
ORDER BY created_at, id
