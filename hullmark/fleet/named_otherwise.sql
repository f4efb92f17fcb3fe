/* One image that has a stored package which the matcher of today would not name as it is stored: it is another distinct package now, or
   has another number. None: whatever else a matcher does otherwise shows in verdicts and in what images hold. Reads
   `vulnerable_packages`, `distinct_packages`, `subject` and `touched_image`. */
SELECT image_digest
FROM vulnerable_packages
ANTI JOIN (
    SELECT known.subject
    FROM distinct_packages AS known JOIN subject AS now ON now.subject = known.subject AND is_subject(now, known)
) AS same USING (subject)
ANTI JOIN touched_image USING (image_digest)
LIMIT 1
