"""What changed from image to image: steps of tags, how long findings stayed in them, the difference of two images."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from hullmark.errors import NotFound, UsageError
from hullmark.model import Platform
from hullmark.sources.platforms import host_platform, matches, parse_platform, stored_platform
from hullmark.sql import read_sql

SHOWN = 3  # digests to choose from
VIEWS = ("history_10_image_findings.sql", "history_20_tag_steps.sql", "history_30_finding_stays.sql")


@dataclass(frozen=True, slots=True)
class Meant:
    """The image that a name means, its platform, and the others ("" where nobody states one) that the name stands for."""

    digest: str
    platform: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """What `after` has otherwise than `before`; the columns are those of `diff_packages.sql` and `diff_findings.sql`.

    `kept` counts the vulnerabilities of packages that both have.
    """

    before: Meant
    after: Meant
    packages: pa.Table
    findings: pa.Table
    kept: int


def register_history(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave the views `image_findings`, `tag_steps` and `finding_stays` on a lake's connection."""
    for name in VIEWS:
        connection.execute(read_sql(__package__, name))


def difference(connection: duckdb.DuckDBPyConnection, before: Meant, after: Meant) -> Difference:
    """The difference of two images, after `register_history` on the same connection."""
    images = {"before": before.digest, "after": after.digest}
    packages, findings, totals = (
        connection.sql(read_sql(__package__, name), params=images).to_arrow_table()
        for name in ("diff_packages.sql", "diff_findings.sql", "diff_totals.sql")
    )
    return Difference(before, after, packages, findings, totals["kept"][0].as_py())


def images_ever_named(
    connection: duckdb.DuckDBPyConnection, before: str, after: str, platform: str | None = None
) -> tuple[Meant, Meant]:
    """Two images to compare, also of such that are gone; raises NotFound and UsageError.

    Of what stands for several platforms, the image for `platform`; None means one that both have, and linux on this
    machine's architecture before others.
    """
    wanted = parse_platform(platform) if platform else None
    one, other = _ever_named(connection, before), _ever_named(connection, after)
    if wanted:
        return _only(before, one, _for(before, one, wanted)), _only(after, other, _for(after, other, wanted))
    shared = [kind for kind in one if kind in other]
    return _only(before, one, _preferred(shared or one)), _only(after, other, _preferred(shared or other))


def _ever_named(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, list[str]]:
    """The digests that a name may mean, by their platform."""
    found: dict[str, list[str]] = {}
    for digest, kind in connection.sql(read_sql(__package__, "image_ever_named.sql"), params={"name": name}).fetchall():
        found.setdefault(str(kind), []).append(str(digest))
    if not found:
        raise NotFound(f"the lake knows no image {name}; give repository:tag or a digest as the page Images shows it")
    return found


def _for(name: str, images: Iterable[str], wanted: Platform) -> str:
    fitting = [kind for kind in images if matches(wanted, stored_platform(kind))]
    if not fitting:
        there = ", ".join(kind or "unknown" for kind in images)
        raise NotFound(f"{name} has no image for {wanted}; choose one that it has: {there}")
    return fitting[0]


def _preferred(kinds: Iterable[str]) -> str:
    return min(kinds, key=lambda kind: not matches(host_platform(), stored_platform(kind)))  # the first of what is alike


def _only(name: str, images: Mapping[str, list[str]], kind: str) -> Meant:
    digests = images[kind]
    if len(digests) > 1:
        shown = ", ".join(digests[:SHOWN])
        raise UsageError(f"{name} names {len(digests)} images ({shown}); give the digest of one, or its registry as well")
    return Meant(digests[0], kind, tuple(other for other in images if other != kind))
