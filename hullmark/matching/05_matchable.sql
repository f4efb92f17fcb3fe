/* The packages that are compared with advisories by themselves. Reads `package`, `beside` and
   `stream`, which says what the ecosystem of Red Hat's packages is.
   What lies in a file that an OS package owns is that package's: the distribution patches it under the OS package's version,
   so that only the distribution's advisories know whether it is affected. Where no advisories speak of the OS package (it has
   no ecosystem), the inner package is compared after all. */
CREATE OR REPLACE TEMP TABLE answered AS
SELECT DISTINCT inside.image_digest, inside.owner
FROM package AS inside
JOIN beside AS owning ON owning.image_digest = inside.image_digest AND owning.type || '/' || owning.name = inside.owner
WHERE inside.owner <> '' AND owning.ecosystem <> '';

CREATE OR REPLACE TEMP VIEW matchable AS
SELECT package.* REPLACE (
    coalesce(stream.place, ecosystem) AS ecosystem, compared_name(ecosystem, advisory_name) AS advisory_name
)
FROM package
LEFT JOIN stream ON stream.image_digest = package.image_digest AND stream.main = package.ecosystem
ANTI JOIN answered ON answered.image_digest = package.image_digest AND answered.owner = package.owner
