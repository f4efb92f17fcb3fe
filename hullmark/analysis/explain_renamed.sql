/* The names under which a vulnerability is found, where that is not the one that is asked for: of findings that have it as an alias, and of
   those about the vulnerability that an advisory under this name is about alone, which need not speak of the package. Reads `finding`,
   `package` and `about` (told_about.sql). Parameters: vulnerability, and package, "" for any. */
SELECT DISTINCT vulnerability
FROM finding
WHERE vulnerability <> $vulnerability
    AND (list_contains(aliases, $vulnerability) OR vulnerability IN (
        SELECT vulnerability_ids[1] FROM about
        WHERE len(vulnerability_ids) = 1 AND withdrawn IS NULL
            AND (advisory_id = $vulnerability OR list_contains(aliases, $vulnerability))
    ))
    AND ($package IN ('', package) OR package_key IN (
        SELECT package_key(type, name, version, arch, path) FROM package WHERE advisory_name = $package
    ))
