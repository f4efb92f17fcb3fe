-- What the filters of images and findings offer; one row of sorted lists.
SELECT
    coalesce(list_sort(list(DISTINCT account) FILTER (account <> '')), []) AS accounts,
    coalesce(list_sort(list(DISTINCT region) FILTER (region <> '')), []) AS regions,
    coalesce(list_sort(list(DISTINCT repository)), []) AS repositories,
    coalesce(list_sort(list(DISTINCT os) FILTER (os <> '')), []) AS systems
FROM fleet
