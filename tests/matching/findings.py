"""Packages by hand, and what matching finds in them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pyarrow as pa

from hullmark.advisories.osv import NAMED
from hullmark.advisories.snapshot import FeedStore
from hullmark.errors import InvalidVersion
from hullmark.lake.duck import open_duckdb
from hullmark.lake.schema import PACKAGES
from hullmark.matching.match import match
from hullmark.purl import compared_name
from hullmark.scan_match import match_packages
from hullmark.versions import key, scheme_of_ecosystem

TYPES = {
    "Debian": "deb",
    "Ubuntu": "deb",
    "Alpine": "apk",
    "PyPI": "pypi",
    "npm": "npm",
    "Go": "golang",
    "crates.io": "cargo",
    "AlmaLinux": "rpm",
    "Amazon Linux": "rpm",
    "Rocky Linux": "rpm",
    "Red Hat": "rpm",
    "SUSE": "rpm",
    "Wolfi": "apk",
}
IMAGE = "sha256:" + "0" * 64
CONTENT_SET = pa.schema([(name, pa.string()) for name in ("image_digest", "release", "repository")])
FINDINGS = "FROM finding ORDER BY image_digest, package_key, vulnerability"
LAYER = "sha256:" + "1" * 64


def package(ecosystem: str, name: str, version: str, **more: object) -> dict[str, Any]:
    """One row of PACKAGES; a package of its own source."""
    base = ecosystem.partition(":")[0]
    kind = TYPES.get(base, "generic")
    row: dict[str, Any] = {
        "image_digest": IMAGE, "path": "db", "type": kind, "name": name, "version": version, "arch": "",
        "purl": f"pkg:{kind}/{name}@{version}", "source_name": "", "source_version": "", "ecosystem": ecosystem,
        "advisory_name": compared_name(NAMED.get(base, ""), name), "advisory_version": version, "licence": "",
        "layer": LAYER, "layer_index": 0, "engine": "test",
    } | more  # fmt: skip
    return row | {"version_key": _key(ecosystem, row["advisory_version"])}


def _key(ecosystem: str, version: str) -> bytes | None:
    scheme = scheme_of_ecosystem(ecosystem)
    try:
        return key(scheme, version) if scheme else None
    except InvalidVersion:
        return None


def matched(
    store: FeedStore,
    packages: Iterable[dict[str, Any]],
    memory_mb: int = 512,
    today: date | None = None,
    stated: Iterable[tuple[str, str, str]] = (),
) -> pa.Table:
    """The table `finding`, in the order of its key; a scan that reads no more of the feeds than it needs finds the same.

    `stated` are rows of CONTENT_SET.
    """
    installed = pa.Table.from_pylist(list(packages), schema=PACKAGES)
    sets = pa.Table.from_pylist([dict(zip(CONTENT_SET.names, row, strict=True)) for row in stated], CONTENT_SET)
    with open_duckdb(memory_mb) as connection:
        match_packages(connection, store, installed, sets, today)
        narrowly = connection.sql(FINDINGS).to_arrow_table()
    with open_duckdb(memory_mb) as connection:
        store.register(connection)
        connection.register("content_set", sets)
        connection.register("package", installed)
        match(connection, today)
        found = connection.sql(FINDINGS).to_arrow_table()
    assert narrowly.to_pylist() == found.to_pylist()
    return found
