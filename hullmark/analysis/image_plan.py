"""The plan of one image: what to change, in order, as text to paste, and what is left afterwards."""

from dataclasses import dataclass
from typing import Any

import duckdb

from hullmark.analysis.dockerfile import Change, rebase_text, removal_text, upgrade_text
from hullmark.sql import read_sql


@dataclass(frozen=True, slots=True)
class Copy:
    """One of several versions of a package that an image has, where it lies, and the version to go to."""

    name: str
    version: str
    path: str
    target: str


@dataclass(frozen=True, slots=True)
class Step:
    """One change: `closes` findings that it ends after the steps before it, `brings` that come with the new versions.

    `kind` is base, upgrade, remove, or wait, which is no change: nothing is available yet. `copies` are of packages that
    the image has in several versions, of which the text of the change does not tell which it means.
    """

    kind: str
    family: str  # "os" or a purl type, for upgrades and removals
    title: str
    change: Change
    closes: int
    exploited: int
    grave: int
    brings: int
    copies: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an image is built from, "" for what is not known: by its labels, or by provenance that nobody has verified."""

    source: str = ""
    revision: str = ""
    dockerfile: str = ""  # its path in the source


def image_origin(connection: duckdb.DuckDBPyConnection, digest: str) -> Origin:
    """Where an image of the fleet is built from, after `find_remedies` on the same connection."""
    rows = connection.sql(read_sql(__package__, "image_origin.sql"), params={"digest": digest}).fetchall()
    return Origin(*rows[0]) if rows else Origin()


def image_plan(connection: duckdb.DuckDBPyConnection, digest: str) -> tuple[Step, ...]:
    """The steps for an image of the fleet, after `find_remedies` on the same connection; empty when it has no findings."""
    rows = connection.sql(read_sql(__package__, "image_plan.sql"), params={"digest": digest}).to_arrow_table().to_pylist()
    return tuple(_step(row) for row in rows)


def _step(row: dict[str, Any]) -> Step:
    title, change = _words(row)
    numbers = (row["closes"], row["exploited"], row["grave"], row["brings"])
    return Step(row["step"], row["family"], title, change, *numbers, tuple(Copy(**copy) for copy in row["copies"]))


def _words(row: dict[str, Any]) -> tuple[str, Change]:
    if row["step"] == "base":
        return f"Build on {row['successor_name']}", rebase_text(row["successor_name"])
    if row["step"] == "wait":
        return "Nothing available yet", Change("")
    packages = [(item["name"], item["version"]) for item in row["packages"]]
    if row["step"] == "remove":
        names = list(dict.fromkeys(name for name, _ in packages))
        title = f"Remove {len(names):,} package{'s' if len(names) != 1 else ''} that nothing runs"
        return title, removal_text(row["type"], names, row["os_id"], row["os_version"])
    kind = "OS" if row["family"] == "os" else row["family"]
    return f"Upgrade {len(packages):,} {kind} package{'s' if len(packages) != 1 else ''}", upgrade_text(
        row["type"], packages, row["os_id"], row["os_version"]
    )
