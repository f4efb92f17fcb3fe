/* Rows of this run whose child was named once more by an index that came later in the run: as `merged` has them, where that
   differs. Reads `answered` and `merged`; gives the columns of `coverage`. */
SELECT merged.*
FROM merged JOIN answered USING (registry, repository, digest)
WHERE merged.index_digest <> answered.index_digest OR merged.tags <> answered.tags
