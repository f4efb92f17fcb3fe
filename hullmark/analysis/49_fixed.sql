-- The fixed versions that are named, by type: of what is said of packages, and of the findings that an older Hullmark kept as rows.
SELECT DISTINCT type, fixed_version FROM verdicts WHERE fixed_version <> ''
UNION
SELECT DISTINCT type, fixed_version FROM findings WHERE fixed_version <> '' AND NOT EXISTS (FROM verdicts)
