/* The packages of images of which nothing is said any more, by subject, and how many rows there are of all. Reads `vulnerable_packages` and
   `verdicts`. */
SELECT subject, count(*) AS rows, (SELECT count(*) FROM vulnerable_packages) AS of_all
FROM vulnerable_packages ANTI JOIN verdicts USING (subject)
GROUP BY subject
