/* The records that differ between the snapshots matched last and those of now: they came, went or say something else.
   Reads `old_index` and `new_index`, of the feeds whose snapshot is another. */
CREATE OR REPLACE TEMP TABLE touched_record AS
SELECT DISTINCT record
FROM (SELECT record, digest FROM old_index UNION ALL SELECT record, digest FROM new_index)
GROUP BY record, digest
HAVING count(*) = 1
