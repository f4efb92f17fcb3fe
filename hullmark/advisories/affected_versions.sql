/* The affected versions that no range covers, of all current snapshots. */
CREATE OR REPLACE TEMP VIEW affected_versions AS SELECT * FROM _affected_versions
