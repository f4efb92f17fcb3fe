-- The names of each vulnerability that findings have, its own among them, from what is said of packages, which is much less than the
-- findings are.
CREATE VIEW called AS
SELECT DISTINCT vulnerability, unnest(list_append(coalesce(aliases, []), vulnerability)) AS called FROM verdicts
