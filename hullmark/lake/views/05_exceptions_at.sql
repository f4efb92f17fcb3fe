-- Every exception as it stood at a time, the newest first: state is "active", "revoked" or "expired". What was made later is no row.
CREATE MACRO IF NOT EXISTS exceptions_at(moment) AS TABLE
    SELECT
        *,
        CASE WHEN revoked_at <= moment THEN 'revoked' WHEN expires_at <= moment THEN 'expired' ELSE 'active' END AS state,
        strftime(expires_at - INTERVAL 1 SECOND, '%Y-%m-%d') AS last_day,
        id || ', ' || owner || ', until ' || last_day AS words
    FROM exceptions
    WHERE created_at <= moment
    ORDER BY created_at DESC, id
