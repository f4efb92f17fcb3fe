-- The packages of one image with the number of their findings, the worst first.
SELECT
    type,
    name,
    version,
    coalesce(findings, 0) AS findings,
    CASE WHEN worst IS NULL THEN [] ELSE [worst] END AS worst,
    layer_index,
    nullif(upgraded_from, '') AS upgraded_from,
    CASE origin WHEN 'binary' THEN 'program' WHEN 'lock' THEN 'lock file' WHEN 'sbom' THEN 'bill of materials' END AS origin,
    nullif(owner, '') AS owner,
    ecosystem,
    CASE WHEN source_name IN ('', name) THEN NULL ELSE source_name END AS source_name,
    nullif(arch, '') AS arch,
    nullif(licence, '') AS licence,
    path,
    purl
FROM packages
LEFT JOIN (
    SELECT
        type,
        package AS name,
        version,
        path,
        count(*) AS findings,
        arg_max(coalesce(severity, 'unknown'), severity_rank(severity)) AS worst
    FROM findings
    WHERE image_digest = $digest
    GROUP BY type, name, version, path
) AS found USING (type, name, version, path)
WHERE image_digest = $digest
ORDER BY severity_rank(worst) DESC, findings DESC, type, name, version, path
