/* What is compared when everything is upgraded: each target version once, in the form of matching's `candidate`. Reads `upgrade`. */
CREATE OR REPLACE TEMP TABLE candidate AS
SELECT DISTINCT ecosystem, advisory_name, target AS advisory_version, target_key AS version_key FROM upgrade
