/* The ecosystems whose packages the fleet has, without their releases: "Debian", "PyPI". Reads `packages` and `distinct_packages`.
   What an OS package owns is judged with that. Who built a package again is told by its version or its name; that is asked of the
   packages that were compared before, of which there are few, so that one run passes before such a feed is asked for. */
SELECT DISTINCT split_part(ecosystem, ':', 1) AS ecosystem FROM packages WHERE ecosystem <> '' AND coalesce(owner, '') = ''
UNION
SELECT 'TuxCare' FROM distinct_packages WHERE contains(advisory_version, 'tuxcare')
UNION
SELECT 'Root' FROM distinct_packages
WHERE contains(advisory_version, 'root.io.') OR starts_with(name, 'io.root.') OR starts_with(name, 'rootio-')
ORDER BY ecosystem
