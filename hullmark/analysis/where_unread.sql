-- What lies in a registry now and could not be read whole.
SELECT DISTINCT repository || coalesce(':' || tags[1], '@' || left(digest, 19)) AS name
FROM digests
WHERE status IN ('partial', 'failed')
ORDER BY name
