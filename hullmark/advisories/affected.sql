/* The affected ranges of all current snapshots. */
CREATE OR REPLACE TEMP VIEW affected AS SELECT * FROM _affected
