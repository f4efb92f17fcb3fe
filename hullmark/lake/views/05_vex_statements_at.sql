-- The VEX statements that were there at a time: imported, or read with their images, by then and not taken out.
CREATE MACRO IF NOT EXISTS vex_statements_at(moment) AS TABLE
    SELECT * FROM vex_statements WHERE imported_at <= moment
    UNION
    SELECT * EXCLUDE (removed_at, removed_by) FROM vex_removed WHERE imported_at <= moment AND removed_at > moment
