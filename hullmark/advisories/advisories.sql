/* The advisories of all current snapshots; one that stands in the feeds of several ecosystems counts once. */
CREATE OR REPLACE TEMP VIEW advisories AS
SELECT * FROM _advisories
QUALIFY row_number() OVER (PARTITION BY advisory_id ORDER BY modified DESC NULLS LAST, feed) = 1
