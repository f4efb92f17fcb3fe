/* The listed digests that are to be read, or to be known as read: those with a tag, and referrers, which have a subject instead;
   not what ECR has archived or the integration's policy leaves out. Reads `listing`. */
SELECT * FROM listing WHERE (len(tags) > 0 OR subject <> '') AND status <> 'ARCHIVED' AND left_out = ''
