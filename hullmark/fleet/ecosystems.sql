/* The ecosystems whose packages the fleet has, without their releases: "Debian", "PyPI". Reads `packages`.
   What an OS package owns is judged with that. */
SELECT DISTINCT split_part(ecosystem, ':', 1) AS ecosystem FROM packages WHERE ecosystem <> '' AND coalesce(owner, '') = '' ORDER BY ecosystem
