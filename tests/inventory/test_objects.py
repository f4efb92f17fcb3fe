"""Stored layers: what was put comes back, by digest and engine; what is damaged is missing."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hullmark.errors import LakeError
from hullmark.inventory import LayerObjects, engine
from tests.inventory.stacks import metadata, read_members, status
from tests.layers.tars import sha256

LAYER = read_members({"var/lib/dpkg/status": status("a=1", "b=1-"), "x.egg-info": metadata("x", "1"), "a/.wh.b": b""})
ABSENT = sha256(b"absent")


def only(root: Path) -> Path:
    (found,) = [path for path in root.rglob("*") if path.is_file()]
    return found


def test_round_trip(tmp_path: Path) -> None:
    LayerObjects(str(tmp_path)).put(LAYER)
    hexes = LAYER.digest.removeprefix("sha256:")
    assert only(tmp_path) == tmp_path / engine() / hexes[:2] / f"{hexes[2:]}.parquet"
    found = LayerObjects(str(tmp_path)).get(LAYER.digest)
    assert found.table.equals(LAYER.table)
    assert found.table.schema.equals(LAYER.table.schema)
    assert (found.diff_id, found.size, found.unpacked) == (LAYER.diff_id, LAYER.size, LAYER.unpacked)


def test_missing_keeps_order(tmp_path: Path) -> None:
    objects = LayerObjects(str(tmp_path))
    assert objects.missing([ABSENT, LAYER.digest, ABSENT]) == [ABSENT, LAYER.digest]
    objects.put(LAYER)
    for store in (objects, LayerObjects(str(tmp_path))):
        assert store.missing([LAYER.digest, ABSENT]) == [ABSENT]


def test_a_digest_that_is_a_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="no sha256 digest"):
        LayerObjects(str(tmp_path)).missing(["sha256:../../../etc/passwd"])


def test_threads_that_store_the_same_layer(tmp_path: Path) -> None:
    objects = LayerObjects(str(tmp_path))
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(objects.put, [LAYER] * 40)) == [None] * 40
    assert only(tmp_path)
    assert LayerObjects(str(tmp_path)).get(LAYER.digest).table.equals(LAYER.table)


def test_nothing_is_there(tmp_path: Path) -> None:
    objects = LayerObjects(str(tmp_path / "not" / "made"))
    assert objects.missing([ABSENT]) == [ABSENT]
    with pytest.raises(LakeError, match="run the scan again"):
        objects.get(ABSENT)


@pytest.mark.parametrize("keep", [0, 3, 100, -1])
def test_a_cut_object_is_missing(tmp_path: Path, keep: int) -> None:
    LayerObjects(str(tmp_path)).put(LAYER)
    file = only(tmp_path)
    file.write_bytes(file.read_bytes()[:keep])
    objects = LayerObjects(str(tmp_path))
    assert objects.missing([LAYER.digest]) == [LAYER.digest]
    objects.put(LAYER)
    assert LayerObjects(str(tmp_path)).get(LAYER.digest).table.equals(LAYER.table)


@pytest.mark.parametrize("part", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_changed_byte_is_noticed_or_harmless(tmp_path: Path, part: float) -> None:
    LayerObjects(str(tmp_path)).put(LAYER)
    file = only(tmp_path)
    data = bytearray(file.read_bytes())
    data[int(len(data) * part)] ^= 0xFF
    file.write_bytes(data)
    try:
        assert LayerObjects(str(tmp_path)).get(LAYER.digest).table.equals(LAYER.table)
    except LakeError:
        assert LayerObjects(str(tmp_path)).missing([LAYER.digest]) == [LAYER.digest]


def test_another_layers_object_is_damage(tmp_path: Path) -> None:
    LayerObjects(str(tmp_path)).put(LAYER)
    hexes = ABSENT.removeprefix("sha256:")
    wrong = tmp_path / engine() / hexes[:2] / f"{hexes[2:]}.parquet"
    wrong.parent.mkdir()
    wrong.write_bytes((tmp_path / engine() / LAYER.digest[7:9] / f"{LAYER.digest[9:]}.parquet").read_bytes())
    with pytest.raises(LakeError, match="damaged"):
        LayerObjects(str(tmp_path)).get(ABSENT)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_not_writable(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(LakeError, match="cannot be written"):
        LayerObjects(str(tmp_path / "layers")).put(LAYER)


def test_a_root_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "layers").write_bytes(b"")
    objects = LayerObjects(str(tmp_path / "layers"))
    assert objects.missing([LAYER.digest]) == [LAYER.digest]
    with pytest.raises(LakeError, match="cannot be written"):
        objects.put(LAYER)
