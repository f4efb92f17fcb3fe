/* When a finding must be gone, from when it was first seen: after the days of its severity's target, and what is known to be exploited on
   CISA's date or after the days of the target "kev", whichever comes first. Null where nothing says a date. Reads `target`. */
CREATE OR REPLACE TEMP MACRO due_on(first_seen, days, kev, kev_due) AS least(
    first_seen + to_days(days::INTEGER),
    CASE WHEN kev THEN least(first_seen + to_days((SELECT target.days FROM target WHERE target.severity = 'kev')::INTEGER), kev_due::TIMESTAMPTZ) END
)
