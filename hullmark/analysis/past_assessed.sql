/* What matching anew has left. Reads `finding`. */
CREATE OR REPLACE TEMP VIEW past_finding AS FROM finding
