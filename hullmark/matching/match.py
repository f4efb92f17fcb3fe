"""Run the matching SQL on a connection that holds packages and advisories."""

from datetime import UTC, date, datetime

import duckdb

from hullmark.errors import LimitExceeded
from hullmark.sql import read_sql

MAIN_OF, COMPARED_NAME = "01_main_of.sql", "01_compared_name.sql"
ASKING = (MAIN_OF, "01_speaks_of.sql", "03_restricted.sql", "04_ended.sql", "05_place_of.sql")
PREPARING = (
    *ASKING, COMPARED_NAME, "02_rule_of.sql", "05_beside.sql", "05_streams.sql", "05_matchable.sql",
    "06_installed.sql", "07_package_key.sql", "09_subject_of.sql",
)  # fmt: skip
INSTALLING = ("05_matchable.sql", "06_installed.sql")
DISTINCT, COMPARED, HELD, VERDICTS = "08_distinct.sql", "10_candidates.sql", "20_affected.sql", "30_verdicts.sql"
VULNERABLE, FOUND, FINDINGS = "40_vulnerable.sql", "50_found.sql", "60_finding.sql"


def match(connection: duckdb.DuckDBPyConnection, today: date | None = None) -> None:
    """Leave the table `finding` on the connection (schema FINDINGS without status, first_seen and last_seen).

    Reads `package` (schema PACKAGES), `advisories`, `affected`, `affected_versions`, `exploitation` and `end_of_life`. One
    row for each package of each image and each vulnerability, a CVE where there is one. `today` (default: in UTC) is the day
    on which a release has ended or not. Raises LimitExceeded when memory and disk do not suffice, and duckdb.Error when a
    relation is missing.
    """
    judge(connection, today)
    find(connection)


def find(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave `finding` of what `judge` left, as `match` does; raises as above."""
    fan_out(connection)
    _run(connection, FINDINGS)


def judge(connection: duckdb.DuckDBPyConnection, today: date | None = None) -> None:
    """Leave `verdict`, what is said of each `distinct_package`, and `installed`; reads and raises as `match`."""
    compare(connection, today)
    weigh(connection)


def compare(connection: duckdb.DuckDBPyConnection, today: date | None = None) -> None:
    """Leave `held`, the vulnerabilities of each `distinct_package`, and `installed`; reads and raises as `match`."""
    prepare(connection, today)
    _run(connection, DISTINCT)
    _run(connection, COMPARED)
    hold(connection)


def weigh(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave `verdict`: what `compare` left, with severity, score and what `exploitation` says; raises as above."""
    _run(connection, VERDICTS)


def fan_out(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave the view `found`: the verdicts on what `package` holds now, as `match` has them in `finding`; raises as above.

    `package` may be another view than the one that was judged, of some of its images.
    """
    _run(connection, VULNERABLE)
    _run(connection, FOUND)


def name_places(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave the macros `main_of`, `read_of` and `compared_name`, which `prepare` makes too; raises as above."""
    for step in (MAIN_OF, COMPARED_NAME):
        _run(connection, step)


def prepare(connection: duckdb.DuckDBPyConnection, today: date | None = None) -> None:
    """Leave `installed`, which is what can be compared, and what `hold` needs beside `candidate`; raises as above."""
    for step in PREPARING:
        _run(connection, step, today or datetime.now(UTC).date())


def prepare_asking(connection: duckdb.DuckDBPyConnection, today: date) -> None:
    """Leave what `hold` needs beside `candidate`, and no `installed`: packages are not looked at; raises as above."""
    for step in ASKING:
        _run(connection, step, today)


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave `installed` for what `package` holds now, after `prepare`; raises as above."""
    for step in INSTALLING:
        _run(connection, step)


def ended(connection: duckdb.DuckDBPyConnection, today: date) -> list[str]:
    """The ecosystems of releases that get no more fixes on a day, sorted; reads `end_of_life`."""
    _run(connection, "04_ended.sql", today)
    return [name for (name,) in connection.sql("SELECT ecosystem FROM ended ORDER BY ecosystem").fetchall()]


def hold(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave `held`: the vulnerabilities of each row of `candidate`; raises as above."""
    _run(connection, HELD)


def _run(connection: duckdb.DuckDBPyConnection, step: str, today: date | None = None) -> None:
    statement = read_sql("hullmark.matching", step)
    try:
        connection.execute(statement, {"today": today} if "$today" in statement else None)
    except duckdb.OutOfMemoryException:
        raise LimitExceeded(
            "matching packages with advisories needs more memory than it may use; raise HULLMARK_MEMORY_MB"
        ) from None
