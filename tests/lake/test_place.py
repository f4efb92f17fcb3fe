"""Where a lake may lie: characters that Delta cannot have in a path are refused, and with all others the tables work."""

import resource
from pathlib import Path

import pytest

from hullmark.errors import LakeError
from hullmark.lake.place import place
from hullmark.lake.store import Lake
from tests.lake.rows import rows

REFUSED = ("a[b", "a]b", "a|b", "a^b", "a\\b", "a%20b", "a%5bb", "a\nb", "a\x7fb")


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("root", ["{}", "{}/lake", "s3://bucket/{}"])
def test_what_delta_cannot_have_is_refused(root: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LakeError, match="in its path, which Delta tables cannot have; choose another path"):
        Lake(root.format(name))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a?b", "a#b"])
def test_what_is_no_part_of_an_s3_url_is_refused_there_alone(name: str) -> None:
    with pytest.raises(LakeError, match="in its path"):
        Lake(f"s3://bucket/{name}")
    assert Lake(f"/{name}").root == f"/{name}"


@pytest.mark.parametrize(
    "name",
    ["a b", "a%b", "a%zz", "a?b", "a#b", "a*b", "ä日本", "a'b", 'a"b', "a{b}", "a:b", "a&b;c", "~a", "a<b>", "$a", "a`b"],
)
def test_with_every_other_character_the_tables_work(name: str, tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / name))
    batch = rows("runs", {})
    lake.append("runs", batch)
    lake.commit("runs", batch)
    lake.compact()
    lake.vacuum(0)
    assert lake.connect().table("runs").to_arrow_table().cast(batch.schema).to_pylist() == batch.to_pylist()
    assert [item.name for item in tmp_path.iterdir()] == [name]


def test_a_small_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    """As on a disk that is full: what was there stays, and no part of the other."""
    lake = place(str(tmp_path))
    lake.write("folder/file", b"as it was")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            lake.write("folder/file", bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "folder").iterdir()] == [("file", b"as it was")]
