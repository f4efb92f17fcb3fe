import gzip
import hashlib
import io
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hullmark.errors import CorruptData
from hullmark.sources.gzip_seek import GzipFile, ResumePoints


def _noise(seed: int, size: int) -> bytes:
    return hashlib.shake_256(bytes([seed])).digest(size)


DATA = _noise(1, 3_000_000) + bytes(20_000_000) + _noise(2, 3_000_000)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gzip") / "data.gz"
    path.write_bytes(gzip.compress(DATA[:10_000_000], 1) + gzip.compress(DATA[10_000_000:], 1))  # two members
    return path


@given(places=st.lists(st.integers(0, len(DATA)), min_size=1, max_size=6))
@settings(max_examples=15, deadline=None)
def test_every_place_reads_as_in_the_whole(packed: Path, places: list[int]) -> None:
    points = ResumePoints()
    with GzipFile(packed, points) as file:
        for place in places:
            assert file.seek(place) == place
            found = b""
            while len(found) < 1000 and (more := file.read(1000 - len(found))):
                found += more
            assert found == DATA[place : place + 1000]


def test_reading_to_the_end(packed: Path) -> None:
    with io.BufferedReader(GzipFile(packed, ResumePoints())) as file:
        assert file.read() == DATA


@pytest.mark.parametrize("rest", [b"", bytes(10), bytes(100_000), b"trailing bytes"])
def test_what_follows_the_last_member(rest: bytes, tmp_path: Path) -> None:
    path = tmp_path / "data.gz"
    path.write_bytes(gzip.compress(b"text") + rest)
    with GzipFile(path, ResumePoints()) as file:
        assert file.readall() == b"text"
        assert file.seek(100) == 4


@pytest.mark.parametrize("damage", ["cut", "cut trailer", "flip", "checksum", "method", "empty member"])
def test_damage_is_told(damage: str, tmp_path: Path) -> None:
    data = gzip.compress(_noise(3, 100_000))
    damaged = {
        "cut": data[:5000],
        "cut trailer": data[:-3],
        "flip": data[:5000] + bytes([data[5000] ^ 255]) + data[5001:],
        "checksum": data[:-8] + bytes(8),
        "method": b"\x1f\x8b\x07" + data[3:],
        "empty member": data + b"\x1f\x8b",
    }[damage]
    path = tmp_path / "data.gz"
    path.write_bytes(damaged)
    with pytest.raises(CorruptData, match="export the archive again"), GzipFile(path, ResumePoints()) as file:
        file.readall()


def test_resume_points_are_bounded() -> None:
    points, state = ResumePoints(), zlib.decompressobj(31)
    for place in range(1, 20_000):
        points.add(place * 4 * 1024 * 1024, place, state)
    kept = {found[0] for place in range(20_000) if (found := points.before(place * 4 * 1024 * 1024))}
    assert 32 <= len(kept) <= 128


def test_the_end_is_not_known_before(packed: Path) -> None:
    with GzipFile(packed, ResumePoints()) as file, pytest.raises(OSError, match="does not know its end"):
        file.seek(0, io.SEEK_END)
