/* What is compared: each version of each package once, however many images carry it. Reads `distinct_package`.
   A package without an ecosystem cannot be compared; a version that its scheme does not allow (null key) is only looked for
   in lists of versions. */
CREATE OR REPLACE TEMP TABLE candidate AS
SELECT DISTINCT place, advisory_name, advisory_version, version_key, module, binary_name FROM distinct_package
