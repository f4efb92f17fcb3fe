-- The accounts that are paused or disconnected and have images in the lake: since when those are no longer updated. Those with the
-- most images first.
SELECT accounts.account, accounts.state, accounts.since, count(DISTINCT images.digest) AS images, max(images.last_seen) AS last_seen
FROM accounts
JOIN images ON images.account = accounts.account AND images.state = 'present'
WHERE accounts.state <> 'connected'
GROUP BY ALL
ORDER BY images DESC, accounts.account
