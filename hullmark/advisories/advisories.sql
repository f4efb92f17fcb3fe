/* The advisories of all current snapshots; one that stands in the feeds of several ecosystems counts once, as it was last
   modified. The choice is made on three narrow columns, so that texts are not held for it. */
CREATE OR REPLACE TEMP VIEW advisories AS
WITH chosen AS (
    SELECT advisory_id, arg_max(feed, {'modified': coalesce(modified, TIMESTAMPTZ '1970-01-01'), 'feed': feed}) AS feed
    FROM _advisories GROUP BY advisory_id
)
SELECT _advisories.* REPLACE (coalesce(cwes, []) AS cwes, coalesce(withdrawn_reason, '') AS withdrawn_reason)
FROM _advisories SEMI JOIN chosen USING (advisory_id, feed)
