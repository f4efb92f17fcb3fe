-- The names of each vulnerability that findings have, its own among them. Of a lake that an older Hullmark matched.
CREATE VIEW called AS
SELECT DISTINCT vulnerability, unnest(list_append(coalesce(aliases, []), vulnerability)) AS called FROM findings
