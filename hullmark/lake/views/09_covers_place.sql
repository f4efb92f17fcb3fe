-- Whether the place of an exception, which may be blank, is this place of an image; its digest may be that of an index of the image.
CREATE MACRO IF NOT EXISTS covers_place(exception, place) AS (
    (exception.account = '' OR exception.account = place.account)
    AND (exception.image_digest = '' OR exception.image_digest = place.digest OR exception.image_digest = place.index_digest)
    AND (exception.repository = '' OR place.repository GLOB exception.repository
        OR place.registry || '/' || place.repository GLOB exception.repository)
)
