-- The advisories that name a vulnerability. Parameter: name, in lower case. withdrawn_reason: '' while it stands.
SELECT DISTINCT advisory_id, coalesce(withdrawn_reason, '') AS withdrawn_reason
FROM advisories
WHERE lower(advisory_id) = $name OR list_contains(list_transform(aliases, lambda alias: lower(alias)), $name)
    OR list_contains(list_transform(vulnerability_ids, lambda id: lower(id)), $name)
ORDER BY advisory_id
