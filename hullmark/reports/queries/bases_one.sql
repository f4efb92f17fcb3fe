-- One base with all that is known of it. Reads `base` (fleet_bases.sql). Parameter: base (its digest, or its name where that alone is known).
-- is_image: it lies in a registry of the fleet. No row where no image stands on it.
SELECT *, digest <> '' AND digest IN (SELECT digest FROM fleet) AS is_image FROM base WHERE base = $base
