/* What was known at a time, as events tell; see `findings_at`. */
CREATE OR REPLACE TEMP TABLE past_finding AS FROM findings_at($moment::TIMESTAMPTZ)
