-- How many findings exceptions and VEX have settled in every place of their image; one row.
SELECT count(*) AS settled FROM findings SEMI JOIN (SELECT * FROM image_standing WHERE settled) AS standing
    USING (image_digest, package_key, vulnerability)
