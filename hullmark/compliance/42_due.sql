/* What is to be fixed where and by when: one row a vulnerability of a package in a repository that has a date, whatever the number of
   images, in numbers; the earliest date counts. `due_what` names the vulnerabilities of packages: what is its number by its names, rank
   the place of its severity. What is settled in a place is not due there (`due_none`), though it may be in another one. What else is to be
   said of a row is left to the query that shows it. Reads `due_image`, `due_carried`, `due_told`, `due_spared`. */
CREATE OR REPLACE TEMP TABLE due_what AS
SELECT (row_number() OVER (ORDER BY package, vulnerability, type))::INTEGER AS what, package, vulnerability, type
FROM (SELECT DISTINCT package, vulnerability, type FROM due_told);

CREATE OR REPLACE TEMP TABLE due_line AS
SELECT kin, what, rank, kev, fixed_version, since, due FROM due_told JOIN due_what USING (package, vulnerability, type);

CREATE OR REPLACE TEMP TABLE due_none AS
SELECT DISTINCT place, kin, what
FROM due_spared JOIN due_told USING (kin, vulnerability) JOIN due_what USING (package, vulnerability, type);

CREATE OR REPLACE TEMP TABLE due AS
WITH lying AS (
    SELECT DISTINCT place, kin FROM due_carried JOIN (SELECT image, unnest(places) AS place FROM due_image) USING (image)
)
SELECT place, what, max(rank) AS rank, bool_or(kev) AS kev, min(due) AS due
FROM lying
JOIN due_line USING (kin)
ANTI JOIN due_none USING (place, kin, what)
GROUP BY place, what
HAVING min(due) IS NOT NULL
