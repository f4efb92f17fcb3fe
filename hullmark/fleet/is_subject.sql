/* Whether an installed package is a distinct one; a version without a key is equal to itself. */
CREATE OR REPLACE TEMP MACRO is_subject(one, other) AS (
    one.type = other.type AND one.ecosystem = other.ecosystem AND one.name = other.name AND one.version = other.version
    AND one.advisory_name = other.advisory_name AND one.advisory_version = other.advisory_version AND one.module = other.module
    AND coalesce(one.version_key, ''::BLOB) = coalesce(other.version_key, ''::BLOB)
)
