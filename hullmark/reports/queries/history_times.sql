-- How long findings take to go, and how old those are that stay, in days, by "repository", "account" or "severity". A vulnerability of
-- a package counts once for each time it came to a repository, in however many lines; median and p90 are of those that went.
WITH once AS (
    SELECT registry, repository, any_value(account) AS account, type, package, vulnerability, any_value(severity) AS severity, opened,
        CASE WHEN bool_and(closed IS NOT NULL) THEN max(closed) END AS closed
    FROM finding_stays
    WHERE opened IS NOT NULL
        AND (len($accounts::VARCHAR[]) = 0 OR list_contains($accounts::VARCHAR[], account))
    GROUP BY registry, repository, type, package, vulnerability, opened
),
aged AS (
    SELECT
        CASE $per WHEN 'repository' THEN repository WHEN 'account' THEN account ELSE severity END AS name,
        closed IS NOT NULL AS went,
        greatest(epoch(coalesce(closed, $now::TIMESTAMPTZ) - opened) / 86400, 0) AS days  -- $now is the hour that has begun
    FROM once
)
SELECT
    name, count(*) FILTER (went) AS went, median(days) FILTER (went) AS median_days, quantile_cont(days, 0.9) FILTER (went) AS p90_days,
    count(*) FILTER (NOT went) AS stay, median(days) FILTER (NOT went) AS open_median_days, max(days) FILTER (NOT went) AS oldest_days
FROM aged
GROUP BY name
ORDER BY CASE WHEN $per = 'severity' THEN severity_rank(name) END DESC, stay DESC, name
