-- The bases of the fleet that pass the filters, one page of them. Reads `base` (fleet_bases.sql). Parameters: word (in the name or digest),
-- only_outdated, sort, limit, offset.
SELECT
    base, name, digest, images, below, findings, grave, known_exploited, methods, confidences, outdated, successor_name, closes, exploited,
    brings, count(*) OVER () AS total
FROM base
WHERE ($word = '' OR contains(lower(name), lower($word)) OR contains(digest, lower($word))) AND (NOT $only_outdated OR len(outdated) > 0)
ORDER BY
    CASE WHEN $sort = 'name' THEN name END,
    CASE WHEN $sort = 'images' THEN below END DESC,
    CASE WHEN $sort = 'closes' THEN closes END DESC NULLS LAST,
    findings DESC, below DESC, name, base
LIMIT $limit OFFSET $offset
