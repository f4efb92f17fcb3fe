/* The ecosystems whose packages the fleet has, without their releases: "Debian", "PyPI". Reads `packages`. */
SELECT DISTINCT split_part(ecosystem, ':', 1) AS ecosystem FROM packages WHERE ecosystem <> '' ORDER BY ecosystem
