"""Snapshots of an older Hullmark have names of NuGet and Packagist as records spell them; they match all the same."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from hullmark.advisories.store import FeedStore
from hullmark.sql import read_sql
from tests.advisories.feeds import read, record, write_osv
from tests.matching.findings import matched, package

FIXED = [{"introduced": "0"}, {"fixed": "13.0.1"}]
NAMES = {"NuGet": "Newtonsoft.Json", "Packagist": "Symfony/HTTP-Kernel", "PyPI": "requests"}


def make_old(store: FeedStore, names: dict[str, str]) -> None:
    """Give the packages the names that their records have."""
    for state in store.current():
        for table in ("affected", "affected_versions"):
            file = Path(store.root) / state.feed / state.snapshot / f"{table}.parquet"
            rows = pq.read_table(file)
            spelt = pc.replace_substring(rows["name"], names[state.feed[4:]].lower(), names[state.feed[4:]])
            pq.write_table(rows.set_column(rows.schema.get_field_index("name"), "name", spelt), file)


@pytest.mark.parametrize("more", [{"events": FIXED}, {"versions": ["12.0.3"]}], ids=["range", "listed"])
def test_names_of_an_older_snapshot(tmp_path: Path, more: dict[str, Any]) -> None:
    for ecosystem, name in NAMES.items():
        write_osv(tmp_path / "feeds", record(f"GHSA-{ecosystem}", ecosystem, name, **more), ecosystem=ecosystem)
    store = read(tmp_path / "feeds", *NAMES)
    packages = [
        package(ecosystem, spelling, "12.0.3", path=spelling)
        for ecosystem, name in NAMES.items()
        for spelling in {name, name.lower(), name.upper()}
    ]
    expected = matched(store, packages).to_pylist()
    assert len(expected) == len(packages)
    make_old(store, NAMES)
    names = pa.concat_tables(store.tables(state.feed, state.snapshot)["affected"] for state in store.current())["name"]
    assert "versions" in more or set(NAMES.values()) == set(names.to_pylist())
    assert matched(store, packages).to_pylist() == expected


def test_a_record_that_went_from_an_older_snapshot_touches_its_package() -> None:
    with duckdb.connect() as connection:
        for name in ("01_main_of.sql", "01_compared_name.sql"):
            connection.execute(read_sql("hullmark.matching", name))
        connection.execute("CREATE TABLE changed_record AS SELECT ['NuGet|Newtonsoft.Json', 'npm|JSONStream'] AS packages")
        connection.execute("CREATE TABLE record_beside AS SELECT ['Packagist|Symfony/X'] AS packages")
        connection.execute(read_sql("hullmark.fleet", "touched_packages.sql"))
        assert sorted(connection.sql("FROM touched_package").fetchall()) == [
            ("NuGet", "newtonsoft.json"), ("Packagist", "symfony/x"), ("npm", "JSONStream"),
        ]  # fmt: skip
