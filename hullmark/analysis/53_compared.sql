/* What a package that has a fix is matched by. Reads `kind`, `carried`, `distinct_packages`, `restricted` and the macro `place_of`. */
CREATE OR REPLACE TEMP TABLE compared AS
WITH fixable AS (
    SELECT DISTINCT pkg, subject FROM carried SEMI JOIN (FROM kind WHERE fix IS NOT NULL) AS fixed USING (pkg)
),
known AS (
    SELECT
        pkg, place_of(ecosystem, advisory_version, name) AS place, advisory_name, module,
        CASE WHEN restricted.advisory_name IS NULL THEN '' ELSE name END AS binary_name
    FROM fixable
    JOIN distinct_packages USING (subject)
    LEFT JOIN restricted USING (ecosystem, advisory_name)
)
SELECT pkg, unnest(arg_min({'place': place, 'advisory_name': advisory_name, 'module': module, 'binary_name': binary_name}, place))
FROM known
GROUP BY pkg
