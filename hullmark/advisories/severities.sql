/* Every severity that an advisory of the current snapshots states; equal ones once. */
CREATE OR REPLACE TEMP VIEW severities AS SELECT DISTINCT * FROM _severities
