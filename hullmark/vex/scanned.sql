/* The findings of scanned images with their risk, as far as an image without a registry tells it, and what VEX states of them. Reads
   `finding` and `vex_findings` (lake/views), which reads `findings`, `images` and `vex_statements`. */
SELECT
    finding.*, risk(severity, kev, kev_ransomware, epss, fix_state, NULL::BOOLEAN, NULL::BIGINT) AS risk,
    coalesce(vex_findings.status, '') AS vex_status, coalesce(justification, '') AS vex_justification,
    coalesce(author, '') AS vex_author, coalesce(document_id, '') AS vex_document
FROM finding
LEFT JOIN vex_findings USING (image_digest, package_key, vulnerability)
