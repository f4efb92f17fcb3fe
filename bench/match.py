"""Stored images re-matched against a new feed, images a second; `python -m bench.match [IMAGES]` prints the table.

The feed is ../shared/feeds: what is timed begins when its snapshots lie in a store and ends with the findings. Images are
made from a fixed seed: each has one of BASES distribution releases with OS_PACKAGES packages in common with the other
images of that base, and LANGUAGE_PACKAGES from PyPI and npm of its own; names are those that advisories speak of, and
versions are among the last ones that fix or end a range.

The second table takes the PyPI packages alone of a sample of images through a plain loop with `packaging`, as scanners
without version keys do it (advisories by name in a dict, versions parsed where they are compared), and through the same SQL.
"""

import resource
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from packaging.version import InvalidVersion, Version

from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.lake.duck import open_duckdb
from hullmark.lake.schema import PACKAGES
from hullmark.matching.match import match
from hullmark.settings import Settings

FEEDS = Path(__file__).resolve().parents[2] / "shared" / "feeds"
IMAGES = 5_000
SAMPLE = 500
OS_PACKAGES = 150
LANGUAGE_PACKAGES = 60
RECENT = 3
TYPES = {"Debian": "deb", "Ubuntu": "deb", "Alpine": "apk", "PyPI": "pypi", "npm": "npm"}
BASES = ("Debian:10", "Debian:11", "Ubuntu:18.04", "Ubuntu:20.04", "Ubuntu:22.04", "Alpine:v3.16", "Alpine:v3.18")
MEMORY_MB = 1024


def pool(connection: duckdb.DuckDBPyConnection, ecosystem: str) -> pa.Table:
    """Names and versions (with keys) that the feed speaks of, the RECENT highest ones of each name, in a fixed order."""
    query = """
        WITH stated AS (
            SELECT DISTINCT ON (name, high_key) ecosystem, name, high AS version, high_key AS version_key FROM affected
            WHERE ecosystem = $ecosystem AND octet_length(high_key) > 0 ORDER BY ALL
        )
        SELECT * FROM stated
        QUALIFY row_number() OVER (PARTITION BY name ORDER BY version_key DESC) <= $recent
        ORDER BY name, version_key
    """
    return connection.sql(query, params={"ecosystem": ecosystem, "recent": RECENT}).to_arrow_table()


def images(connection: duckdb.DuckDBPyConnection, count: int) -> pa.Table:
    """The packages of `count` images (schema PACKAGES)."""
    rng = np.random.default_rng(17)
    parts = []
    bases = [base for base in BASES if pool(connection, base).num_rows]
    for place, base in enumerate(bases):
        rows = pool(connection, base)
        chosen = rng.choice(rows.num_rows, min(OS_PACKAGES, rows.num_rows), replace=False)
        owners = np.arange(place, count, len(bases))
        parts.append(_rows(rows.take(np.tile(chosen, len(owners))), np.repeat(owners, len(chosen))))
    for ecosystem in ("PyPI", "npm"):
        rows = pool(connection, ecosystem)
        owners = np.repeat(np.arange(count), LANGUAGE_PACKAGES // 2)
        parts.append(_rows(rows.take(rng.integers(0, rows.num_rows, len(owners))), owners))
    return pa.concat_tables(parts)


def _rows(packages: pa.Table, owners: np.ndarray[Any, Any]) -> pa.Table:
    count = packages.num_rows
    kind = TYPES[packages["ecosystem"][0].as_py().partition(":")[0]]
    digests = pa.array([f"sha256:{number:064x}" for number in range(int(owners.max()) + 1)]).take(pa.array(owners))
    paths = pc.binary_join_element_wise("p", pc.cast(pa.array(np.arange(count)), pa.string()), "/")
    made = {
        "image_digest": digests, "path": paths, "name": packages["name"], "version": packages["version"],
        "advisory_name": packages["name"], "advisory_version": packages["version"],
        "ecosystem": packages["ecosystem"], "version_key": packages["version_key"],
    }  # fmt: skip
    columns = []
    for field in PACKAGES:
        if field.name in made:
            columns.append(made[field.name])
        elif field.name == "type":
            columns.append(pa.repeat(kind, count))
        else:
            columns.append(pa.repeat(pa.scalar(0 if field.name == "layer_index" else "", field.type), count))
    return pa.Table.from_arrays(columns, schema=PACKAGES)


def timed(store: FeedStore, packages: pa.Table) -> tuple[float, int]:
    """Seconds from a bare connection to findings, and their number."""
    started = perf_counter()
    connection = open_duckdb(MEMORY_MB)
    store.register(connection)
    connection.register("package", packages)
    match(connection)
    found = connection.sql("SELECT count(*) FROM finding").fetchall()[0][0]
    return perf_counter() - started, int(found)


def naive(store: FeedStore, packages: pa.Table) -> tuple[float, int]:
    """The same for PyPI in plain Python; ranges are given as text, and versions parsed where they are compared."""
    connection = open_duckdb(MEMORY_MB)
    store.register(connection)
    query = """
        SELECT name, low, high, high_inclusive, vulnerability_ids FROM affected JOIN advisories USING (advisory_id)
        WHERE ecosystem = 'PyPI' AND withdrawn IS NULL
    """
    ranges = connection.sql(query).fetchall()
    rows = packages.select(["image_digest", "path", "name", "version"]).to_pylist()
    started = perf_counter()
    by_name: dict[str, list[tuple[str, str, bool, list[str]]]] = {}
    for name, low, high, inclusive, ids in ranges:
        by_name.setdefault(name, []).append((low, high, inclusive, ids))
    found: set[tuple[str, str, str]] = set()
    for row in rows:
        version = _version(row["version"])
        for low, high, inclusive, ids in by_name.get(row["name"], ()):
            if version is not None and _holds(version, _version(low), _version(high), inclusive):
                found.update((row["image_digest"], row["path"], one) for one in ids)
    return perf_counter() - started, len(found)


def _version(text: str) -> Version | None:
    try:
        return Version(text) if text not in ("", "0") else None
    except InvalidVersion:
        return None


def _holds(version: Version, low: Version | None, high: Version | None, inclusive: bool) -> bool:
    if low is not None and version < low:
        return False
    return high is None or version < high or (inclusive and version == high)


def main(arguments: Iterable[str] = sys.argv[1:]) -> None:
    """Print both tables; one run, read as +-20 %."""
    count = int(next(iter(arguments), IMAGES))
    with tempfile.TemporaryDirectory() as folder:
        store = FeedStore(folder)
        started = perf_counter()
        state = sync(store, Settings(feeds=str(FEEDS)), ("Alpine", "Debian", "Ubuntu", "PyPI", "npm"))
        records = pc.sum(state["records"]).as_py()
        print(
            f"feeds: {records:,} records read into snapshots in {perf_counter() - started:.1f} s, "
            f"peak memory {_peak():,.0f} MB"
        )
        connection = open_duckdb(MEMORY_MB)
        store.register(connection)
        packages = images(connection, count)
        print(f"{'images':>8}{'packages':>12}{'findings':>12}{'s':>8}{'images/s':>11}")
        for part in (1, count // 10, count):
            rows = packages.filter(_first(packages, part))
            seconds, found = timed(store, rows)
            print(f"{part:>8,}{rows.num_rows:>12,}{found:>12,}{seconds:>8.2f}{part / seconds:>11,.0f}")
        _compare(store, packages.filter(pc.equal(packages["type"], "pypi")), min(SAMPLE, count))
    print(f"peak memory {_peak():,.0f} MB with the packages of all images, of which DuckDB at most {MEMORY_MB}")


def _peak() -> float:
    """The most memory that this process has had until now, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _first(packages: pa.Table, count: int) -> pa.ChunkedArray:
    return pc.less(packages["image_digest"], f"sha256:{count:064x}")


def _compare(store: FeedStore, packages: pa.Table, sample: int) -> None:
    print(f"{'PyPI packages':>14}{'SQL s':>8}{'findings':>10}{'loop s':>8}{'findings':>10}{'ratio':>7}")
    for rows in (packages.filter(_first(packages, sample)), packages):
        ours, found = timed(store, rows)
        plain, also = naive(store, rows)
        print(f"{rows.num_rows:>14,}{ours:>8.2f}{found:>10,}{plain:>8.2f}{also:>10,}{plain / ours:>7.1f}")


if __name__ == "__main__":
    main()
