-- The findings of the fleet that pass the filters; an empty list or word lets everything pass. with_settled: also those that an
-- exception or VEX has settled.
CREATE MACRO matching_findings(severities, only_kev, only_fixable, least_epss, packages, accounts, word, with_settled) AS TABLE
SELECT *
FROM fleet_findings
WHERE (len(severities::VARCHAR[]) = 0 OR list_contains(severities::VARCHAR[], coalesce(severity, 'unknown')))
  AND (with_settled OR NOT settled)
  AND (NOT only_kev OR kev)
  AND (NOT only_fixable OR fixed_version <> '')
  AND (least_epss <= 0 OR epss >= least_epss)
  AND (packages = '' OR contains(lower(package), lower(packages)))
  AND (
      len(accounts::VARCHAR[]) = 0
      OR image_digest IN (SELECT digest FROM fleet WHERE list_contains(accounts::VARCHAR[], account))
  )
  AND (
      word = '' OR contains(lower(vulnerability), lower(word))
      OR len(list_filter(aliases, lambda name: contains(lower(name), lower(word)))) > 0
  )
