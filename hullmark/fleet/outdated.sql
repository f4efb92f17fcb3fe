/* The images whose inventory another engine wrote. */
SELECT DISTINCT digest FROM images WHERE engine <> $engine
