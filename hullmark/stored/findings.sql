/* The findings of one image with its risk in the fleet, and with what holds of each in every place of the image: the exception, and what
   VEX states. Parameter: digest. */
WITH stated AS (
    SELECT
        image_digest, package_key, vulnerability,
        arg_max({'status': status, 'justification': justification, 'author': author, 'document': document_id}, "at") AS vex
    FROM vex_findings
    WHERE image_digest = $digest
    GROUP BY ALL
)
SELECT
    findings.*, risk(severity, kev, kev_ransomware, epss, fix_state, tagged, age_days) AS risk,
    stated.vex.status AS vex_status, stated.vex.justification AS vex_justification, stated.vex.author AS vex_author,
    stated.vex.document AS vex_document,
    CASE WHEN exceptions.id IS NOT NULL
        THEN {'id': exceptions.id, 'owner': exceptions.owner, 'until': strftime(expires_at - INTERVAL 1 SECOND, '%Y-%m-%d'), 'reason': exceptions.reason}
    END AS exception
FROM findings
LEFT JOIN image_exposure USING (image_digest)
LEFT JOIN image_standing USING (image_digest, package_key, vulnerability)
LEFT JOIN stated ON stated.image_digest = findings.image_digest AND stated.package_key = findings.package_key
    AND stated.vulnerability = findings.vulnerability AND image_standing.vex_status <> ''
LEFT JOIN exceptions ON exceptions.id = split_part(image_standing.exempt, ',', 1)
WHERE findings.image_digest = $digest
