/* The system that somebody packages again: "Debian:12" of "Root:Debian:12", "AlmaLinux:9" of "TuxCare:AlmaLinux:9.2", whose builds are
   of a minor release. Else the place itself. */
CREATE OR REPLACE TEMP MACRO original_of(place) AS (
    CASE
        WHEN starts_with(place, 'TuxCare:')
            THEN regexp_replace(place[9:], '^((AlmaLinux|Red Hat:enterprise_linux):[0-9]+)[.][0-9]+$', '\1')
        WHEN starts_with(place, 'Root:') THEN place[6:]
        ELSE place
    END
);

/* The release that a place is of: "Ubuntu:22.04" for what Ubuntu Pro adds to it, "Red Hat:enterprise_linux:9" for its extended streams
   ("Red Hat:rhel_eus:9.2", since RHEL 10 "Red Hat:enterprise_linux_eus:10.0"), what is packaged again, else the place itself. */
CREATE OR REPLACE TEMP MACRO main_of(place) AS (
    CASE
        WHEN starts_with(place, 'TuxCare:') OR starts_with(place, 'Root:') THEN original_of(place)
        WHEN starts_with(place, 'Ubuntu:Pro:') THEN regexp_replace(place, '^Ubuntu:Pro:([^0-9:]+:)?', 'Ubuntu:')
        WHEN regexp_matches(place, '^Red Hat:(enterprise_linux|(rhel|enterprise_linux)_(eus|aus|tus|e4s|els|eus_long_life)):[0-9]')
            THEN 'Red Hat:enterprise_linux:' || regexp_extract(place, ':([0-9]+)', 1)
        ELSE place
    END
);

/* The ecosystems of which advisories are asked for packages in a place: one, or several with their ranks, of which the highest that
   says anything of a vulnerability decides on it. */
CREATE OR REPLACE TEMP MACRO read_of(place) AS (
    CASE
        WHEN original_of(place) <> place THEN [
            {'ecosystem': place, 'rank': 2}, {'ecosystem': original_of(place), 'rank': 0}
        ]
        WHEN starts_with(place, 'Ubuntu:Pro:') THEN [
            {'ecosystem': place, 'rank': 2},
            {'ecosystem': regexp_replace(place, '^Ubuntu:Pro:[^0-9:]+:', 'Ubuntu:Pro:'), 'rank': 1},
            {'ecosystem': main_of(place), 'rank': 0}
        ]
        WHEN regexp_matches(place, '^Red Hat:(rhel|enterprise_linux)_') AND main_of(place) <> place THEN list_append(
            list_transform(string_split(place[9:], '+'), lambda name: {'ecosystem': 'Red Hat:' || name, 'rank': 2}),
            {'ecosystem': main_of(place), 'rank': 0}
        )
        ELSE [{'ecosystem': split_part(place, '+', 1), 'rank': 2}]
    END
)
