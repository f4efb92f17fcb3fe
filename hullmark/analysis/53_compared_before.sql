/* As 53_compared.sql, of packages that an older Hullmark has findings of: as they are installed. Reads `kind` and `installed`. */
CREATE OR REPLACE TEMP TABLE compared AS
WITH fixable AS (
    SELECT DISTINCT pkg, purl FROM kind WHERE fix IS NOT NULL
)
SELECT pkg, unnest(terms)
FROM fixable
JOIN (
    SELECT purl, arg_min({'place': place, 'advisory_name': advisory_name, 'module': module, 'binary_name': binary_name}, place) AS terms
    FROM installed
    SEMI JOIN fixable USING (purl)
    GROUP BY purl
) AS found USING (purl)
