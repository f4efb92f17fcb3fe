"""A lake that the version before wrote is read as it is, and upgraded in place by the first commit."""

from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from hullmark.lake.query import query
from hullmark.lake.schema import TABLES
from hullmark.lake.store import Lake
from tests.lake.rows import digest, packages

# The columns of `packages` in the version before origins, owners and histories (format 1 of the lake).
BEFORE = (
    "image_digest", "path", "type", "name", "version", "arch", "purl", "source_name", "source_version", "ecosystem",
    "advisory_name", "advisory_version", "version_key", "licence", "layer", "layer_index", "engine",
)  # fmt: skip
NEW = [name for name in TABLES["packages"].schema.names if name not in BEFORE]
REMOVED = "SELECT count(*) AS rows FROM removed_packages"


@pytest.fixture
def old(tmp_path: Path) -> Lake:
    Lake(str(tmp_path)).create()
    (tmp_path / "lake.json").write_text('{"product": "hullmark", "format": 1}')
    lake = Lake(str(tmp_path))
    write_deltalake(str(tmp_path / "tables" / "packages"), packages("old").select(list(BEFORE)))
    return lake


def rows(lake: Lake) -> dict[str, list[pa.Scalar]]:
    return {
        row["image_digest"]: [row[name] for name in NEW] for row in query(lake, "FROM packages ORDER BY name").to_pylist()
    }


def test_an_old_lake_is_read(old: Lake) -> None:
    assert rows(old) == {digest("old"): [None] * len(NEW)}
    assert query(old, REMOVED).to_pylist() == [{"rows": 0}]
    assert '"format": 1' in Path(old.place.join("lake.json")).read_text()


def test_an_old_lake_is_written(old: Lake) -> None:
    assert old.commit("packages", packages("new")) == 3
    found = rows(old)
    assert found[digest("old")] == [None] * len(NEW)
    assert None not in found[digest("new")]
    assert old.commit("packages", packages("old")) == 3
    assert None not in rows(old)[digest("old")]
    assert query(old, "SELECT count(*) AS n FROM packages").to_pylist() == [{"n": 6}]
    assert '"format": 2' in Path(old.place.join("lake.json")).read_text()


def test_a_scope_of_an_old_lake_is_replaced(old: Lake) -> None:
    scope = pa.table({"image_digest": [digest("old")]})
    old.replace_scope("packages", scope, packages("old").slice(0, 1))
    assert query(old, "SELECT count(*) AS n FROM packages").to_pylist() == [{"n": 1}]
