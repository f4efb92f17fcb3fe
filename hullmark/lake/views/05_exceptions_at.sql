-- Every exception as it stood at a time, the newest first: state is "active", "revoked" or "expired". What was made later is no row.
CREATE MACRO exceptions_at(moment) AS TABLE
    SELECT
        *,
        CASE WHEN revoked_at <= moment THEN 'revoked' WHEN expires_at <= moment THEN 'expired' ELSE 'active' END AS state,
        id || ', ' || owner || ', until ' || strftime(expires_at, '%Y-%m-%d') AS words
    FROM exceptions
    WHERE created_at <= moment
    ORDER BY created_at DESC, id
