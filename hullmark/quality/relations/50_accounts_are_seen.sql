/*
title = "every account with images was looked at within two days, unless it is paused or disconnected"
level = "warning"
*/
SELECT images.account AS subject, 'last seen on ' || strftime(max(images.last_seen), '%Y-%m-%d %H:%M') AS evidence
FROM images
WHERE images.state = 'present' AND images.account NOT IN (SELECT account FROM accounts WHERE state <> 'connected')
GROUP BY images.account
HAVING max(images.last_seen) < $now::TIMESTAMPTZ - INTERVAL 2 DAYS
