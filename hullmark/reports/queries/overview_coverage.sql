-- Every digest that the registries list, by what became of it and why; what needs a person first.
SELECT
    [status] AS status,
    reason,
    count(*) AS digests,
    count(*) / sum(count(*)) OVER () AS share,
    count(DISTINCT (registry, repository)) AS repositories,
    min(place) AS example,
    arg_min(upper(detail[1]) || detail[2:], place) AS detail
FROM (SELECT *, repository || coalesce(':' || tags[1], '@' || left(digest, 19)) AS place FROM last_coverage) AS last_coverage
GROUP BY last_coverage.status, reason
ORDER BY
    list_position(['failed', 'partial', 'scanned', 'unchanged', 'skipped'], last_coverage.status),
    digests DESC,
    reason
