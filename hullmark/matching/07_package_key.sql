/* What names a package of an image in `findings`; schema.py says its form. */
CREATE OR REPLACE TEMP MACRO package_key(type, name, version, arch, path) AS (
    concat_ws('|', type, name, replace(replace(version, '%', '%25'), '|', '%7C'), coalesce(arch, ''), path)
)
