/* The findings as a table, which one image or a few need no other way. Reads `found`. */
CREATE OR REPLACE TEMP TABLE finding AS FROM found
