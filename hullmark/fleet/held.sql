/* What is in quarantine now, with its places; what failed most often first. */
SELECT
    failures.digest,
    list_sort(list_distinct(list(digests.registry || '/' || digests.repository
        || coalesce(':' || digests.tags[1], '@' || failures.digest)))) AS places,
    any_value(failures.failures) AS failures, any_value(failures.reason) AS reason, any_value(failures.detail) AS detail,
    any_value(failures.first_failed) AS first_failed, any_value(failures.held_until) AS held_until
FROM failures
JOIN digests USING (digest)
WHERE held_until > $now::TIMESTAMPTZ
GROUP BY failures.digest
ORDER BY failures DESC, failures.digest
