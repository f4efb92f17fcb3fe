/* The distinct packages of which something is said for the first time. Reads `subject`, `verdict_now` and `verdicts`. */
CREATE OR REPLACE TEMP TABLE fresh AS SELECT * FROM subject SEMI JOIN verdict_now USING (subject) ANTI JOIN verdicts USING (subject)
