"""What needs no change: findings that an exception or VEX has settled, in one place of their image or in every one."""

import duckdb

from hullmark.sql import read_sql

SETTLED = THERE, EVERYWHERE = "46_settled_there.sql", "47_settled.sql"
SAID = "SELECT (SELECT count(*) FROM exceptions) + (SELECT count(*) FROM vex_statements)"


def find_settled(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave `settled` (image_digest, package_key, vulnerability) on a lake's connection, and `settled_there` by place.

    Where nobody has said anything, which is known for nothing, no finding is looked at.
    """
    said = bool(connection.sql(SAID).fetchall()[0][0])
    connection.execute(read_sql(__package__, THERE), {"said": said})
    connection.execute(read_sql(__package__, EVERYWHERE))
