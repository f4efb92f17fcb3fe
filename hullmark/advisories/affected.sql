/* The affected ranges of all current snapshots. What an older Hullmark did not read of a feed yet is blank here, never null, which would
   match nothing: its snapshot counts until the feed is read anew. */
CREATE OR REPLACE TEMP VIEW affected AS
SELECT * REPLACE (
    CASE WHEN ecosystem IN ('NuGet', 'Packagist') THEN lower(name) ELSE name END AS name, coalesce(modules, []) AS modules, coalesce(binaries, []) AS binaries, coalesce(status, '') AS status,
    coalesce(severity, '') AS severity, coalesce(note, '') AS note
)
FROM _affected
