/* The affected versions that no range covers, of all current snapshots; blank where an older Hullmark read less, as in `affected`. */
CREATE OR REPLACE TEMP VIEW affected_versions AS
SELECT * REPLACE (
    CASE WHEN ecosystem IN ('NuGet', 'Packagist') THEN lower(name) ELSE name END AS name, coalesce(modules, []) AS modules, coalesce(binaries, []) AS binaries, coalesce(status, '') AS status,
    coalesce(severity, '') AS severity, coalesce(note, '') AS note
)
FROM _affected_versions
