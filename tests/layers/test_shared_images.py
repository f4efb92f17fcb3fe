"""The peers' layers, odd tars and images: read as tarfile reads them, or as expected_layers.tsv says and why."""

import csv
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hullmark.errors import HullmarkError
from hullmark.inventory import read_layer
from hullmark.layers.digests import Digests
from hullmark.layers.inflate import Unpacked
from hullmark.layers.names import clean
from hullmark.layers.stored import Stored
from hullmark.layers.tar import Tar
from hullmark.settings import MIB, Limits
from tests.conftest import SHARED, shared_folder
from tests.layers.tars import layer_of

EXPECTED = Path(__file__).parent / "expected_layers.tsv"
ROOT = SHARED / "fixtures" / "images"
Seen = list[tuple[str, str, int]]  # path, kind, size


def _table(file: Path) -> list[dict[str, str]]:
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


FILES = [row["path"] for row in _table(ROOT / "index.tsv") if (ROOT / row["path"]).is_file()] or [""]
BLOBS = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("*/blobs/sha256/*"))] or [""]
DIFFERENT = {row["path"]: row for row in _table(EXPECTED)}


def walked(data: bytes) -> Seen:
    limits = Limits()
    with Digests() as digests:
        stored = Stored(io.BytesIO(data), layer_of(data), limits, digests)
        tar = Tar(iter(Unpacked(stored, limits, digests)), limits, stored.name)
        found = [(clean(entry.name), entry.kind, entry.size if entry.kind == "file" else 0) for entry in tar]
        tar.drain()
        stored.drain()
    return found


def by_tarfile(data: bytes) -> Seen:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return [(_text(info.name), _kind(info), info.size if info.isreg() else 0) for info in tar]


def _text(name: str) -> str:
    return clean(name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))


def _kind(info: tarfile.TarInfo) -> str:
    kinds = {tarfile.DIRTYPE: "folder", tarfile.SYMTYPE: "symlink", tarfile.LNKTYPE: "hardlink"}
    return "file" if info.isreg() else kinds.get(info.type, "other")


@pytest.mark.parametrize("path", FILES)
def test_file(path: str) -> None:
    data = shared_folder("fixtures", "images", path).read_bytes()
    row = DIFFERENT.get(path)
    if row is None:
        assert walked(data) == by_tarfile(data)
        read_layer(io.BytesIO(data), layer_of(data), Limits(), lambda: io.BytesIO(data))
    elif row["outcome"] == "entries":
        assert ";".join(f"{kind}:{name}" for name, kind, _ in walked(data)) == row["stated"]
    elif row["outcome"] == "sizes":
        assert ";".join(f"{name}={size}" for name, _, size in walked(data)) == row["stated"]
    else:
        with pytest.raises(HullmarkError, match=row["stated"]) as caught:
            read_layer(io.BytesIO(data), layer_of(data), Limits())
        assert type(caught.value).__name__ == row["outcome"]


def _layers_inside(data: bytes) -> Iterator[bytes]:
    """Members that are themselves tars, as an image archive holds them."""
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for info in tar:
            file = tar.extractfile(info) if info.isreg() and info.size < 64 * MIB else None
            content = file.read() if file else b""
            if content[:2] == b"\x1f\x8b" or content[257:262] == b"ustar":
                yield content


IMAGES = [path for path in FILES if path not in DIFFERENT]


@pytest.mark.parametrize("path", IMAGES)
def test_layers_inside(path: str) -> None:
    for content in _layers_inside(shared_folder("fixtures", "images", path).read_bytes()):
        try:
            expected = by_tarfile(content)
        except (tarfile.TarError, EOFError, OSError):
            with pytest.raises(HullmarkError):
                read_layer(io.BytesIO(content), layer_of(content), Limits())
            continue
        assert walked(content) == expected
        inventory = read_layer(io.BytesIO(content), layer_of(content), Limits())
        names = inventory.table.filter([name is not None for name in inventory.table["wanted"].to_pylist()])
        assert names.num_rows <= len(expected) + 1


@pytest.mark.parametrize("path", BLOBS)
def test_blobs_of_layouts(path: str) -> None:
    data = shared_folder("fixtures", "images", path).read_bytes()
    if data[:2] == b"\x1f\x8b":
        assert walked(data) == by_tarfile(data)
        read_layer(io.BytesIO(data), layer_of(data), Limits())


def test_every_row_has_a_file_and_a_reason() -> None:
    folder = shared_folder("fixtures", "images")
    for path, row in DIFFERENT.items():
        assert (folder / path).is_file(), path
        assert len(row["reason"]) > 30, path
