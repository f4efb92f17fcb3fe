/* As tally_by_verdict.sql, from the rows of `findings` that an older Hullmark wrote: each is told of a kin of its own. Reads
   `fleet_findings`. */
CREATE TEMP TABLE told AS
SELECT
    concat_ws('|', image_digest, package_key, vulnerability) AS kin, image_digest, vulnerability, coalesce(severity, 'unknown') AS severity,
    coalesce(kev, false) AS kev, fixed_version <> '' AS fixable, risk AS points, settled
FROM fleet_findings;

CREATE TEMP VIEW carrying AS SELECT image_digest, kin, 1.0 AS share FROM told
