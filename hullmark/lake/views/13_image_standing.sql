-- As `standing`, for images: what holds in every place where the image lies holds of it.
CREATE VIEW image_standing AS
WITH counted AS (
    SELECT
        image_digest, package_key, vulnerability,
        min(exempt) AS exempt, max(exception_ended) AS exception_ended, min(vex_status) AS vex_status, min(vex) AS vex,
        bool_and(settled) AS settled, count(*) AS places
    FROM standing
    GROUP BY ALL
)
SELECT
    image_digest, package_key, vulnerability,
    CASE WHEN counted.places = image_exposure.places THEN exempt ELSE '' END AS exempt,
    exception_ended,
    CASE WHEN counted.places = image_exposure.places THEN vex_status ELSE '' END AS vex_status,
    CASE WHEN counted.places = image_exposure.places THEN vex ELSE '' END AS vex,
    settled AND counted.places = image_exposure.places AS settled
FROM counted JOIN image_exposure USING (image_digest)
