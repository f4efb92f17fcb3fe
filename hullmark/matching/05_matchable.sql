/* The packages that are compared with advisories by themselves. Reads `package` and `beside`.
   What lies in a file that an OS package owns is that package's: the distribution patches it under the OS package's version,
   so that only the distribution's advisories know whether it is affected. Where no advisories speak of the OS package (it has
   no ecosystem), the inner package is compared after all. */
CREATE OR REPLACE TEMP TABLE answered AS
SELECT DISTINCT inside.image_digest, inside.owner
FROM package AS inside
JOIN beside AS owning ON owning.image_digest = inside.image_digest AND owning.type || '/' || owning.name = inside.owner
WHERE inside.owner <> '' AND owning.ecosystem <> '';

CREATE OR REPLACE TEMP VIEW matchable AS
SELECT * FROM package ANTI JOIN answered USING (image_digest, owner)
