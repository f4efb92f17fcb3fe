-- The findings that an exception covers, in each place where it does: `exempt` says which one holds now, '' for none;
-- `exception_ended` is when the last one ended by itself, null for none. An exception that was revoked never shows. It is about a
-- finding when all that it says fits: the vulnerability by any of its names, the package as names of its type are compared, the version in
-- the order that advisories use.
CREATE VIEW exception_findings AS
WITH told AS (
    SELECT
        *, split_part(package, '/', 1) AS package_type,
        compared_package(split_part(package, '/', 1), package[strpos(package, '/') + 1 :]) AS package_named
    FROM exceptions_at(now())
    WHERE rule = '' AND state <> 'revoked'
),
placed AS MATERIALIZED (
    SELECT DISTINCT told.*, digest
    FROM told
    JOIN images AS place ON place.state = 'present' AND covers_place(told, place)
    WHERE told.vulnerability = '' AND told.package = ''
),
covered AS (
    SELECT told.*, findings.image_digest AS digest, findings.package_key, findings.vulnerability AS known_as, type,
        findings.package AS name, version, path
    FROM told
    JOIN called ON called.called = told.vulnerability
    JOIN findings ON findings.vulnerability = called.vulnerability
        AND (told.package = '' OR (told.package_type = type AND told.package_named = compared_package(type, findings.package)))
    UNION ALL
    SELECT told.*, findings.image_digest, findings.package_key, findings.vulnerability, type, findings.package, version, path
    FROM findings
    JOIN told ON told.package_type = type AND told.package_named = compared_package(type, findings.package)
        AND told.package <> '' AND told.vulnerability = ''
    UNION ALL
    SELECT placed.* EXCLUDE (digest), digest, findings.package_key, findings.vulnerability, type, findings.package, version, path
    FROM placed JOIN findings ON findings.image_digest = placed.digest
),
here AS (
    SELECT covered.*, place.registry, place.repository AS place
    FROM covered
    JOIN images AS place ON place.digest = covered.digest AND place.state = 'present' AND covers_place(covered, place)
),
versioned AS (
    SELECT * FROM here WHERE versions = ''
    UNION ALL
    SELECT here.* FROM here SEMI JOIN packages
        ON packages.image_digest = here.digest AND packages.type = here.type AND packages.name = here.name
        AND packages.version = here.version AND packages.path = here.path
        AND (low_key IS NULL OR version_key >= low_key)
        AND (high_key IS NULL OR version_key < high_key OR (high_inclusive AND version_key = high_key))
)
SELECT
    registry, place AS repository, digest AS image_digest, package_key, known_as AS vulnerability,
    coalesce(arg_max(words, {'until': expires_at, 'id': id}) FILTER (state = 'active'), '') AS exempt,
    max(expires_at) FILTER (state = 'expired') AS exception_ended
FROM versioned
GROUP BY ALL
