/* What is compared when everything is upgraded: each target version once, in the form of matching's `candidate`. Reads `move`. */
CREATE OR REPLACE TEMP TABLE candidate AS
SELECT DISTINCT place, advisory_name, target AS advisory_version, target_key AS version_key, module, binary_name FROM move
