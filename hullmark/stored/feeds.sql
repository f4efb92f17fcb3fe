/* The feeds that the findings of an image were last made with, and how each stands (see FEED_SNAPSHOTS); none for an image that was not
   compared yet. Reads `feed_state` (feed, state, snapshot). Parameter: digest. `behind`: another snapshot was fetched since. */
SELECT
    run_feeds.feed, run_feeds.snapshot, run_feeds.fetched_at, coalesce(feed_state.state, 'ok') AS state,
    coalesce(feed_state.snapshot <> run_feeds.snapshot, false) AS behind
FROM run_feeds
LEFT JOIN feed_state USING (feed)
WHERE run = (SELECT arg_max(run, "at") FROM matchings WHERE finished IS NOT NULL)
    AND EXISTS (FROM matched_images WHERE image_digest = $digest)
ORDER BY feed
