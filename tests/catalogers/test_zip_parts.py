"""Of a large jar only the parts are kept that are read, however it is cut into pieces, and what is found stays the same."""

import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullmark.catalogers import java
from hullmark.formats.zip_parts import ZipParts
from hullmark.inventory import read_layer
from hullmark.inventory.contents import SPARED
from hullmark.model import Package
from hullmark.settings import MIB, Limits
from tests.inventory.stacks import read_members
from tests.layers.tars import layer_of, tar_of

Written = list[tuple[str, bytes, int]]  # name, content, method
STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
PROPERTIES = b"groupId=%b\nartifactId=%b\nversion=%b\n"
WANTED = "META-INF/maven/g/a/pom.properties"


class _Pipe(io.RawIOBase):
    """What cannot be sought, so that an archive written to it states sizes behind its entries, as Java's do."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.data += data
        return len(data)


def archive(entries: Written, sizes_behind: bool = False) -> bytes:
    """An archive; `sizes_behind` leaves them out of the local headers."""
    pipe, file = _Pipe(), io.BytesIO()
    with zipfile.ZipFile(pipe if sizes_behind else file, "w") as written:
        for name, content, method in entries:
            written.writestr(zipfile.ZipInfo(name), content, method)
    return bytes(pipe.data) if sizes_behind else file.getvalue()


def spared(data: bytes, cuts: list[int]) -> tuple[bytes, int]:
    """The archive as it is kept when it comes in pieces that end at these places, and how many bytes are kept."""
    parts, kept, count = ZipParts(java._is_wanted), bytearray(len(data)), 0
    places = sorted({0, *(cut % (len(data) + 1) for cut in cuts), len(data)})
    for begin, end in pairwise(places):
        piece = b"xx" + data[begin:end] + b"PK\3\4"  # a body begins and ends anywhere in a piece
        for first, last in parts.kept(piece, 2, len(piece) - 4):
            assert 2 <= first < last <= len(piece) - 4
            kept[begin + first - 2 : begin + last - 2] = piece[first:last]
            count += last - first
    return bytes(kept), count


NOISE = hashlib.shake_128(b"noise").digest(100_000)
MUCH = hashlib.shake_128(b"much").digest(SPARED)
names = st.sampled_from(["a.class", WANTED, "META-INF/MANIFEST.MF", "META-INF/maven/g/b/pom.xml", "lib/x.jar", "é/pom.xml"])
contents = st.one_of(
    st.binary(max_size=200),
    st.sampled_from([PROPERTIES % (b"g", b"a", b"1"), b"Implementation-Version: 2\n", NOISE, b"PK\3\4" * 9, b"PK\1\2PK"]),
    st.integers(0, 90_000).map(lambda at: NOISE[at : at + 5000]),
)
entries = st.lists(
    st.tuples(names, contents, st.sampled_from([STORED, DEFLATED])), max_size=8, unique_by=lambda entry: entry[0]
)
cuts = st.lists(st.integers(0, 200_000), max_size=6)


@given(entries, entries, st.booleans(), st.booleans(), cuts)
def test_what_is_found_stays_the_same(outer: Written, inner: Written, behind: bool, stored: bool, cuts: list[int]) -> None:
    nested = ("lib/inner.jar", archive(inner, behind), STORED if stored else DEFLATED)
    data = archive([*outer, nested, ("z.class", NOISE, STORED)], behind)
    assert list(java.parse("app.jar", spared(data, cuts)[0])) == list(java.parse("app.jar", data))


@given(entries, st.booleans(), st.integers(0, 300_000), cuts)
def test_what_was_cut_off_stays_so(inner: Written, behind: bool, end: int, cuts: list[int]) -> None:
    """Also where it ends as an archive in it does."""
    nested = archive(inner, behind)
    data = archive([("a.class", NOISE, STORED), ("lib/inner.jar", nested, STORED), ("z.class", NOISE, STORED)])
    for kept in (data[: end % len(data)], data[: data.find(nested) + len(nested)]):
        assert list(java.parse("app.jar", spared(kept, cuts)[0])) == list(java.parse("app.jar", kept))


@pytest.mark.parametrize("behind", [False, True])
def test_most_of_an_archive_is_left_out(behind: bool) -> None:
    found = PROPERTIES % (b"g", b"a", b"1.0")
    data = archive([("a.class", NOISE, STORED), (WANTED, found, STORED), ("native.so", NOISE * 5, DEFLATED)], behind)
    kept, count = spared(data, [150_000])
    assert count < 2_000 < len(data)
    assert [item.version for item in java.parse("a.jar", kept) if isinstance(item, Package)] == ["1.0"]


def test_each_place_where_a_piece_may_end() -> None:
    found = PROPERTIES % (b"g", b"a", b"1.0")
    data = archive([("a.class", b"x" * 40, STORED), (WANTED, found, DEFLATED), ("b.class", b"y" * 40, STORED)])
    expected = list(java.parse("a.jar", data))
    assert expected
    for cut in range(len(data)):
        assert list(java.parse("a.jar", spared(data, [cut])[0])) == expected


HIDDEN: dict[str, Callable[[bytes], bytes]] = {
    "another name in the header": lambda data: data.replace(WANTED.encode(), WANTED.replace("pom", "pax").encode(), 1),
    "a version of the standard that there is not": lambda data: _in_header(data, 4, b"\xff"),
}


def _in_header(data: bytes, at: int, value: bytes) -> bytes:
    header = data.rfind(b"PK\3\4", 0, data.find(WANTED.encode()))
    return data[: header + at] + value + data[header + at + 1 :]


@pytest.mark.parametrize("hide", HIDDEN.values(), ids=HIDDEN)
def test_an_entry_that_its_header_hides_is_told(hide: Callable[[bytes], bytes]) -> None:
    """Small archives are read whole, and their directory counts; of large ones the entry was not kept, and that is said."""
    data = hide(
        archive([("a.class", MUCH, STORED), (WANTED, PROPERTIES % (b"g", b"a", b"1"), STORED), ("b.so", MUCH, STORED)])
    )
    finds = read_members({"app.jar": data}).finds
    assert not finds.packages
    assert ["has no header" in problem.reason for problem in finds.problems] == [True]


def test_a_large_jar_is_read_as_ever() -> None:
    inner = archive([(WANTED, PROPERTIES % (b"g", b"inner", b"2"), DEFLATED)])
    data = archive(
        [
            ("a.class", MUCH, STORED),
            (WANTED, PROPERTIES % (b"g", b"a", b"1"), DEFLATED),
            ("BOOT-INF/lib/inner-2.jar", inner, STORED),
        ],
        sizes_behind=True,
    )
    packages = [(item.package.name, item.package.version) for item in read_members({"srv/a-1.jar": data}).finds.packages]
    assert packages == [("g:a", "1"), ("g:inner", "2")]


FOUND = PROPERTIES % (b"g", b"a", b"1")
SMALL = Limits(large_bytes=MIB)
TOO_LARGE = "more than are read of such a file"
LARGER: dict[str, tuple[Written, Limits, list[str], str]] = {
    "little of it is read": ([("a.class", MUCH, STORED), (WANTED, FOUND, DEFLATED)], SMALL, ["g:a"], ""),
    "most of it is read": ([(WANTED, FOUND, STORED), ("lib/x.jar", MUCH, DEFLATED)], SMALL, [], TOO_LARGE),
    "too large for that": (
        [("a.class", MUCH, STORED), (WANTED, FOUND, STORED)],
        replace(SMALL, program_bytes=MIB),
        [],
        TOO_LARGE,
    ),
}


@pytest.mark.parametrize(("entries", "limits", "packages", "reason"), LARGER.values(), ids=LARGER)
def test_jars_that_are_too_large_as_a_whole(entries: Written, limits: Limits, packages: list[str], reason: str) -> None:
    plain = tar_of({"a.jar": archive(entries)})
    finds = read_layer(io.BytesIO(plain), layer_of(plain), limits).finds
    assert [item.package.name for item in finds.packages] == packages
    assert [reason in problem.reason for problem in finds.problems] == [True] * bool(reason)
