/* What was known at a time, as events tell; see `findings_at`. What the key of a package says is not kept beside it. */
CREATE OR REPLACE TEMP TABLE past_told AS
SELECT image_digest, package_key, vulnerability, severity, fixed_version, advisory, opened, cause
FROM findings_at($moment::TIMESTAMPTZ)
