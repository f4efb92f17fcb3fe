/* What is compared: each version of each package once, however many images carry it. Reads `matchable`.
   A package without an ecosystem cannot be compared; a version that its scheme does not allow (null key) is only looked for
   in lists of versions. */
CREATE OR REPLACE TEMP TABLE candidate AS
SELECT DISTINCT ecosystem, advisory_name, advisory_version, version_key
FROM matchable
WHERE ecosystem <> '' AND advisory_name <> ''
