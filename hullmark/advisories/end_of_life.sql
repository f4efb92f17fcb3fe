/* The releases of operating systems and runtimes, and when they end. */
CREATE OR REPLACE TEMP VIEW end_of_life AS SELECT * FROM _end_of_life
