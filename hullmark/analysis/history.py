"""What changed from image to image: steps of tags, how long findings stayed in them, the difference of two images."""

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from hullmark.errors import NotFound, UsageError
from hullmark.sql import read_sql

VIEWS = ("history_10_image_findings.sql", "history_20_tag_steps.sql", "history_30_finding_stays.sql")


@dataclass(frozen=True, slots=True)
class Difference:
    """What `after` has otherwise than `before`; the columns are those of `diff_packages.sql` and `diff_findings.sql`.

    `kept` counts the vulnerabilities of packages that both have.
    """

    before: str
    after: str
    packages: pa.Table
    findings: pa.Table
    kept: int


def register_history(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave the views `image_findings`, `tag_steps` and `finding_stays` on a lake's connection."""
    for name in VIEWS:
        connection.execute(read_sql(__package__, name))


def difference(connection: duckdb.DuckDBPyConnection, before: str, after: str) -> Difference:
    """The difference of two digests, after `register_history` on the same connection."""
    images = {"before": before, "after": after}
    packages, findings, totals = (
        connection.sql(read_sql(__package__, name), params=images).to_arrow_table()
        for name in ("diff_packages.sql", "diff_findings.sql", "diff_totals.sql")
    )
    return Difference(before, after, packages, findings, totals["kept"][0].as_py())


def image_ever_named(connection: duckdb.DuckDBPyConnection, name: str, platform: str = "") -> str:
    """The digest of the one image that is meant, also of one that is gone; raises NotFound and UsageError.

    `platform` chooses among the images of an index.
    """
    found = connection.sql(read_sql(__package__, "image_ever_named.sql"), params={"name": name}).fetchall()
    if platform:
        found = [row for row in found if row[1] == platform]
    if not found:
        known = f" for {platform}" if platform else ""
        raise NotFound(f"the lake knows no image {name}{known}; give repository:tag or a digest as the page Images shows it")
    if len(found) > 1:
        shown = ", ".join(f"{kind or 'no platform'} {digest}" for digest, kind in found[:3])
        raise UsageError(f"{name} names {len(found)} images ({shown}); say --platform, or give the digest of one")
    return str(found[0][0])
