"""Layers that are built to exhaust whoever reads them: each ends soon, in bounded memory, with a sentence or a Problem."""

import gzip
import io
import tarfile
import tracemalloc
from collections.abc import Iterator
from time import process_time

import pytest

from hullmark.errors import LimitExceeded
from hullmark.inventory import read_layer
from hullmark.model import Layer
from hullmark.settings import MIB, Limits
from tests.layers.tars import layer_of, read, tar_of

GIB = 1024 * MIB
UNKNOWN = Layer(0, "", "", -1, "")


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """Sixty seconds of processor time and 64 MiB, far below what each case would come to."""
    started = process_time()
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 64 * MIB
    finally:
        tracemalloc.stop()
    assert process_time() - started < 60


def details(plain: bytes) -> list[str]:
    return [row["detail"] for row in read(plain).table.to_pylist() if row["kind"] == "problem"]


class Endless(io.RawIOBase):
    """Ten million tar entries, made while they are read."""

    def __init__(self) -> None:
        self._blocks = b"".join(tarfile.TarInfo(f"f{number:03}").tobuf(tarfile.USTAR_FORMAT) for number in range(500))
        self._left = 10_000_000 // 500

    def read(self, _: int = -1) -> bytes:
        self._left -= 1
        return self._blocks if self._left >= 0 else b""


def test_ten_million_entries_are_cut_by_their_number() -> None:
    with pytest.raises(LimitExceeded, match="HULLMARK_LIMIT_LAYER_ENTRIES"):
        read_layer(Endless(), UNKNOWN, Limits(layer_entries=200_000))  # type: ignore[arg-type]  # a raw stream will do


def test_ten_million_entries_are_cut_by_the_memory_of_their_names() -> None:
    with pytest.raises(LimitExceeded, match="HULLMARK_LIMIT_KEPT_BYTES"):
        read_layer(Endless(), UNKNOWN, Limits(kept_bytes=16 * MIB))  # type: ignore[arg-type]  # a raw stream will do


@pytest.mark.parametrize("name", ["var/lib/dpkg/status", "usr/bin/program"])
def test_a_sparse_file_of_20_gigabytes_is_a_problem_and_not_expanded(name: str) -> None:
    stored = (b"1\n0\n4\n").ljust(512, b"\0") + b"\x7fELF"
    info = tarfile.TarInfo("GNUSparseFile.0/x")
    info.size = len(stored)
    info.pax_headers = {
        "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": name, "GNU.sparse.realsize": str(20 * GIB),
    }  # fmt: skip
    found = details(info.tobuf(tarfile.PAX_FORMAT) + stored.ljust(1024, b"\0") + bytes(1024))
    assert found
    assert set(found) == {f"the file has {20 * GIB} bytes, more than are read of such a file"}


def test_a_gzip_ratio_of_a_thousand_takes_no_memory() -> None:
    info = tarfile.TarInfo("zeros")
    info.size = 256 * MIB
    sink = io.BytesIO()
    with gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=9) as out:
        out.write(info.tobuf())
        for _ in range(256):
            out.write(bytes(MIB))
        out.write(bytes(1024))
    stored = sink.getvalue()
    assert 256 * MIB / len(stored) > 1000
    assert read_layer(io.BytesIO(stored), layer_of(stored), Limits()).unpacked > 256 * MIB


@pytest.mark.parametrize("levels", [100, 5000])
def test_json_of_many_levels(levels: int) -> None:
    deep = b'{"name": "a", "version": "1", "x": ' + b"[" * levels + b"]" * levels + b"}"
    table = read(tar_of({"a/node_modules/a/package.json": deep})).table
    kinds = [row["kind"] for row in table.to_pylist() if row["kind"] in {"package", "problem"}]
    assert kinds == (["package"] if levels == 100 else ["problem"])


def test_files_that_only_begin_like_programs_are_problems_at_most() -> None:
    members = [(f"lib/{number}", b"\x7fELF" + bytes([number % 256])) for number in range(5_000)]
    table = read(tar_of(dict(members))).table
    assert {row["kind"] for row in table.to_pylist()} <= {"file", "problem"}
