/* When each place of these digests was first seen. */
SELECT registry, repository, digest, first_seen FROM images WHERE list_contains($digests, digest)
