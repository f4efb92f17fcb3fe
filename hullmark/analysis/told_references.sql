/* Each address that advisories about a vulnerability refer to, once, with those advisories. First those of an advisory about it alone,
   then those that most advisories name. Addresses are text of others: see `reports/links.py`. Reads `about`. */
WITH named AS (
    SELECT unnest(list_distinct("references")) AS url, advisory_id, len(vulnerability_ids) > 1 AS bulletin FROM about
)
SELECT trim(url) AS url, list(DISTINCT advisory_id ORDER BY advisory_id) AS advisories, bool_and(bulletin) AS bulletin
FROM named
WHERE trim(url) <> ''
GROUP BY ALL
ORDER BY bulletin, len(advisories) DESC, url
