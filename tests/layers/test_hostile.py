"""Layers that lie, burst or break off: one sentence each, of the right kind, and never more memory than was allowed."""

import gzip
import io
import random
import tarfile
import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import pytest
import zstandard
from isal import igzip

from hullmark.errors import CorruptData, HullmarkError, IntegrityError, LimitExceeded, TransportError, Unsupported
from hullmark.inventory import read_layer
from hullmark.settings import MIB, Limits
from tests.layers.tars import COMPRESS, Member, layer_of, read, sha256, tar_of

SMALL = tar_of({"etc/os-release": b"ID=debian\n", "a": b"x" * 5000, "b" * 300: None})
NOISE = random.Random(1).randbytes(300_000)  # noqa: S311  # sample data


def run(stored: bytes, limits: Limits | None = None) -> None:
    read_layer(io.BytesIO(stored), layer_of(stored), limits or Limits())


def zeros(count: int, compress: Callable[[bytes], bytes]) -> bytes:
    """A layer with one file of zeros, as small as its compression allows."""
    info = tarfile.TarInfo("zeros")
    info.size = count
    return compress(info.tobuf() + bytes(count + -count % 512 + 1024))


@pytest.mark.parametrize("form", ["gzip", "zstd"])
def test_truncated_anywhere_is_corrupt(form: str) -> None:
    stored = COMPRESS[form](tar_of({"a": NOISE[:3000], "b": b"y" * 3000}))
    for end in range(600 if form == "gzip" else 20, len(stored) - 1, 97):
        with pytest.raises(CorruptData, match="ends in the middle"):
            run(stored[:end])


def test_truncated_tar_at_every_block_is_corrupt_or_shorter() -> None:
    plain = tar_of({"a" * 200: b"1" * 700, "b": b"2" * 1024, "c": None})
    names = set()
    for end in range(512, len(plain), 128):
        try:
            found = read(plain[:end], "gzip").table["path"].to_pylist()
            names.add(len(found))
        except CorruptData as error:
            assert "ends in the middle" in str(error)
    assert max(names) == 3


@pytest.mark.parametrize("form", ["plain", "gzip", "zstd"])
def test_every_flipped_byte_raises_only_what_is_expected(form: str) -> None:
    stored = bytearray(COMPRESS[form](SMALL))
    for at in range(0, len(stored), 7):
        stored[at] ^= 0x55
        try:
            run(bytes(stored), Limits(layer_bytes=MIB))
        except HullmarkError as error:
            assert str(error).count("\n") == 0
        stored[at] ^= 0x55


def test_wrong_digests_and_sizes() -> None:
    stored = gzip.compress(SMALL)
    layer = layer_of(stored, SMALL)
    for lie in (
        replace(layer, digest=sha256(b"")),
        replace(layer, diff_id=sha256(b"")),
        replace(layer, size=len(stored) - 1),
        replace(layer, size=len(stored) + 1),
    ):
        with pytest.raises(IntegrityError):
            read_layer(io.BytesIO(stored), lie, Limits())
    assert read_layer(io.BytesIO(stored), replace(layer, size=-1), Limits()).diff_id == sha256(SMALL)


def test_bytes_after_the_end_count_in_both_digests() -> None:
    plain = SMALL + b"after the end" * 100_000
    for form in COMPRESS:
        found = read(plain, form)
        assert (found.diff_id, found.unpacked) == (sha256(plain), len(plain))


def test_what_follows_the_last_gzip_member_is_passed_over_but_hashed() -> None:
    for tail in (b"\0" * 100, b"garbage" * 100_000, b"\x1f"):
        stored = gzip.compress(SMALL) + tail
        found = read_layer(io.BytesIO(stored), layer_of(stored, SMALL), Limits())
        assert found.digest == sha256(stored)


@pytest.mark.parametrize("size", [1, 7, 512, 65536])
def test_many_gzip_members(size: int) -> None:
    stored = b"".join(igzip.compress(SMALL[at : at + size]) for at in range(0, len(SMALL), size))
    assert read_layer(io.BytesIO(stored), layer_of(stored, SMALL), Limits()).unpacked == len(SMALL)


def test_zstd_frames_with_skippable_ones_between() -> None:
    skippable = b"\x53\x2a\x4d\x18\x05\0\0\0hello"
    half = len(SMALL) // 2
    stored = skippable + zstandard.compress(SMALL[:half]) + skippable + zstandard.compress(SMALL[half:]) + skippable
    assert read_layer(io.BytesIO(stored), layer_of(stored, SMALL), Limits()).unpacked == len(SMALL)


class Dribble(io.RawIOBase):
    """A stream that gives a byte or three at a time, as sockets may."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)
        self._turn = 0

    def read(self, size: int = -1) -> bytes:
        self._turn += 1
        return self._data.read(1 + self._turn % 3)


@pytest.mark.parametrize("form", ["plain", "gzip", "zstd"])
def test_a_stream_in_drops(form: str) -> None:
    stored = COMPRESS[form](SMALL)
    found = read_layer(Dribble(stored), layer_of(stored, SMALL), Limits())  # type: ignore[arg-type]  # a raw stream will do
    assert found.unpacked == len(SMALL)


class Broken(io.RawIOBase):
    """A stream whose far side goes away."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        data = self._data.read(700)
        if not data:
            raise TransportError("the registry went away; try again")
        return data


@pytest.mark.parametrize("form", ["plain", "gzip", "zstd"])
def test_a_broken_connection_stays_a_transport_error(form: str) -> None:
    stored = COMPRESS[form](tar_of({"noise": NOISE}))
    with pytest.raises(TransportError):
        read_layer(Broken(stored[:100_000]), layer_of(stored), Limits())  # type: ignore[arg-type]  # a raw stream will do


@pytest.mark.parametrize(
    ("magic", "name"), [(b"BZh9", "bzip2"), (b"\xfd7zXZ\0", "xz"), (b"\x04\x22\x4d\x18", "lz4"), (b"{}", "unknown format")]
)
def test_other_compressions_are_named(magic: bytes, name: str) -> None:
    with pytest.raises(Unsupported, match=name):
        run(magic + NOISE[:2000])


def test_an_empty_layer_is_empty() -> None:
    for plain in (b"", bytes(1024), bytes(10240)):
        assert read(plain, "plain").table.num_rows == 0
        assert read(plain, "gzip").table.num_rows == 0


LIMITS: list[tuple[str, Limits, list[tuple[str, Member]]]] = [
    ("layer_entries", Limits(layer_entries=9), [(f"f{number}", b"") for number in range(10)]),
    ("path_bytes", Limits(path_bytes=200), [("d/" * 101, b"")]),
    ("header_bytes", Limits(header_bytes=2048), [("d/" * 1500, b"")]),
    ("kept_bytes", Limits(kept_bytes=2000), [(f"name-{number}", b"") for number in range(100)]),
    ("kept_bytes", Limits(kept_bytes=MIB), [("d/" * 1500 + "x.egg-info", b"")]),
    ("layer_bytes", Limits(layer_bytes=9000), [("a", b"x" * 9000)]),
]


@pytest.mark.parametrize(("name", "limits", "members"), LIMITS)
def test_limits(name: str, limits: Limits, members: list[tuple[str, Member]]) -> None:
    for tar_format in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        with pytest.raises(LimitExceeded, match=f"HULLMARK_LIMIT_{name.upper()}"):
            read(tar_of(members, tar_format), "gzip", limits)


def test_too_many_packages() -> None:
    status = "".join(f"Package: p{n}\nStatus: install ok installed\nVersion: 1\n\n" for n in range(20)).encode()
    with pytest.raises(LimitExceeded, match="HULLMARK_LIMIT_PACKAGES"):
        read(tar_of({"var/lib/dpkg/status": status}), limits=Limits(packages=19))


def test_too_slow() -> None:
    with pytest.raises(LimitExceeded, match="HULLMARK_LIMIT_LAYER_SECONDS"):
        read(SMALL, limits=Limits(layer_seconds=-1.0))


@pytest.mark.parametrize("compress", [igzip.compress, zstandard.compress])
def test_a_bomb_by_ratio_takes_no_memory(compress: Callable[[bytes], bytes]) -> None:
    stored = zeros(200 * MIB, compress)
    tracemalloc.start()
    try:
        with pytest.raises(LimitExceeded, match="HULLMARK_LIMIT_LAYER_RATIO"):
            run(stored, Limits(layer_ratio=100))
        assert tracemalloc.get_traced_memory()[1] < 24 * MIB
    finally:
        tracemalloc.stop()


def test_zeros_at_the_best_ratio_of_deflate_are_read() -> None:
    stored = zeros(80 * MIB, lambda data: gzip.compress(data, 9))
    assert read_layer(io.BytesIO(stored), layer_of(stored), Limits()).unpacked > 80 * MIB


def test_an_endless_chain_of_extended_headers_is_cut() -> None:
    record = b"30 comment=aaaaaaaaaaaaaaaaaa\n"
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 512
    block = info.tobuf() + (record * 17).ljust(512, b"\0")
    with pytest.raises(LimitExceeded, match="HULLMARK_LIMIT_HEADER_BYTES"):
        run(gzip.compress(block * 5000))


@pytest.mark.parametrize(
    "records",
    [
        b"12345678901234567890123 path=x\n",
        b"path=x\n",
        b" path=x\n",
        b"0 path=x\n",
        b"8 path=x\n",
        b"-9 path=x\n",
        b"9 path=x ",
    ],
)
@pytest.mark.parametrize("before", [b"", b"9 size=1\n", b"11 path=abc\n11 path=abc\n"])
def test_damaged_records_end(records: bytes, before: bytes) -> None:
    data = before + records
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, len(data)
    with pytest.raises(CorruptData, match="PAX header is damaged"):
        run(info.tobuf() + data.ljust(512, b"\0") + SMALL)


def test_a_sparse_file_larger_than_the_limit_is_not_expanded() -> None:
    records = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "var/lib/dpkg/status"}
    info = tarfile.TarInfo("x")
    info.pax_headers = {**records, "GNU.sparse.realsize": str(1 << 50)}
    table = read(info.tobuf(tarfile.PAX_FORMAT) + bytes(1024)).table
    assert table.filter([kind == "problem" for kind in table["kind"].to_pylist()])["detail"].to_pylist() == [
        f"the file has {1 << 50} bytes, more than are read of such a file"
    ]


def test_a_million_tiny_gzip_members_do_not_take_for_ever() -> None:
    stored = gzip.compress(SMALL) + igzip.compress(b"") * 100_000
    assert read_layer(io.BytesIO(stored), layer_of(stored), Limits(layer_seconds=20)).unpacked == len(SMALL)
