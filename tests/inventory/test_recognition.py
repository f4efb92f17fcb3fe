"""Files that are recognised by their first bytes, wherever they lie and whatever they are called."""

import io
import tarfile
import threading
import tracemalloc
from collections.abc import Iterator

import pytest

from hullmark.catalogers import catalogers
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.inventory import LayerInventory, assemble, read_layer
from hullmark.inventory.globs import Matcher
from hullmark.model import Origin, Package, Problem
from hullmark.settings import MIB, Limits
from tests.inventory.stacks import IMAGE, Members, metadata, read_members, reasons, seen, stack
from tests.layers.tars import Member, hardlink, layer_of, pieces, symlink, tar_of

MAGIC = b"\x7fTST"


def _parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """`<magic>name=version name=version ...`; "!" instead is damage."""
    for word in data[len(MAGIC) :].rstrip(b"\0").split():
        if word == b"!":
            raise CorruptData("it is damaged")
        name, _, version = word.decode().partition("=")
        yield Package("generic", name, version, origin=Origin.BINARY)


PROGRAMS = Cataloger("programs", "generic", ("opt/known",), _parse, magic=(MAGIC,))
WANTING = Matcher([*catalogers(), PROGRAMS])


def program(*packages: str) -> bytes:
    return MAGIC + " ".join(packages).encode()


def read(members: Members) -> LayerInventory:
    return read_members(members, wanting=WANTING)


def visible(*layers: Members) -> set[tuple[str, str, int]]:
    return seen(stack(*layers, wanting=WANTING))


A: Member = program("a=1")

ONE_LAYER: dict[str, tuple[list[tuple[str, Member]], set[tuple[str, str]]]] = {
    "anywhere": ([("usr/bin/x", A), ("srv/data.txt", A)], {("usr/bin/x", "a=1"), ("srv/data.txt", "a=1")}),
    "several in one": ([("x", program("a=1", "b=2", "a=1"))], {("x", "a=1"), ("x", "b=2")}),
    "wanted for its path as well": ([("opt/known", A)], {("opt/known", "a=1")}),
    "not quite": ([("x", MAGIC[:3]), ("y", b" " + MAGIC), ("z", b""), ("x2", MAGIC[:2])], set()),
    "short file before another header": ([("x", MAGIC[:1]), ("\x7fTST", b"")], set()),
    "folders and links": ([("x", None), ("y", symlink("z")), ("p", (tarfile.FIFOTYPE, ""))], set()),
    "the last entry counts": ([("x", A), ("x", program("a=2"))], {("x", "a=2")}),
    "replaced by what is not recognised": ([("x", A), ("x", b"text")], set()),
    "replaced by a folder": ([("x", A), ("x", None)], set()),
    "its folder replaced": ([("d/x", A), ("d", b"text")], set()),
    "a hard link is the same file": ([("x", A), ("y", hardlink("x")), ("z", hardlink("y"))], {("x", "a=1")}),
    "a hard link that stays": ([("x", A), ("y", hardlink("x")), ("z", hardlink("x")), ("x", b"")], {("y", "a=1")}),
    "two hard links that stay": (
        [("x", A), ("y", hardlink("x")), ("z", hardlink("y")), ("x", b""), ("y", b"")],
        {("z", "a=1")},
    ),
    "a hard link that goes": ([("x", A), ("y", hardlink("x")), ("y", b"")], {("x", "a=1")}),
    "a hard link at a wanted path": ([("x", A), ("opt/known", hardlink("x"))], {("x", "a=1")}),
    "a hard link to another one's old content": (
        [("x", A), ("y", hardlink("x")), ("x", program("b=2"))],
        {("x", "b=2"), ("y", "a=1")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ONE_LAYER)
def test_one_layer(name: str) -> None:
    members, packages = ONE_LAYER[name]
    assert visible(members) == {(path, package, 0) for path, package in packages}


STACKS: dict[str, tuple[list[Members], set[tuple[str, str, int]]]] = {
    "replaced by another": ([{"x": A}, {"x": program("a=2")}], {("x", "a=2", 1)}),
    "replaced by the same": ([{"x": A}, {"x": A}], {("x", "a=1", 0)}),
    "replaced by what holds nothing": ([{"x": A}, {"x": b"text"}], set()),
    "removed": ([{"d/x": A}, {"d/.wh.x": b""}], set()),
    "below what was hidden": ([{"d/x": A}, {"d/.wh..wh..opq": b""}], set()),
    "through a link": ([{"bin": symlink("usr/bin"), "usr/bin/x": A}, {"bin/x": program("a=2")}], {("usr/bin/x", "a=2", 1)}),
    "one name of two removed": ([{"x": A, "y": hardlink("x")}, {".wh.x": b""}], {("y", "a=1", 0)}),
    "the other name of two removed": ([{"x": A, "y": hardlink("x")}, {".wh.y": b""}], {("x", "a=1", 0)}),
    "both names removed": ([{"x": A, "y": hardlink("x")}, {".wh.y": b"", ".wh.x": b""}], set()),
    "one name replaced": ([{"x": A, "y": hardlink("x")}, {"x": program("b=2")}], {("y", "a=1", 0), ("x", "b=2", 1)}),
    "three names, two removed": (
        [{"x": A, "y": hardlink("x"), "z": hardlink("x")}, {".wh.x": b""}, {".wh.y": b""}],
        {("z", "a=1", 0)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STACKS)
def test_stacks(name: str) -> None:
    layers, packages = STACKS[name]
    assert visible(*layers) == packages


def test_only_files_with_finds_are_wanted_names() -> None:
    members = {**{f"lib/{number}.so": program() for number in range(500)}, "x": A, "broken": program("!")}
    table = read(members).table
    wanted = table.filter(table["wanted"].fill_null(False))["path"].to_pylist()
    assert wanted == ["broken", "x"]


def test_damage_is_a_problem_of_the_visible_file() -> None:
    broken: Members = {"x": program("a=1", "!", "b=2"), "y": hardlink("x")}
    assert reasons(assemble(IMAGE, [read(broken)])) == [("x", "it is damaged")]
    assert reasons(assemble(IMAGE, [read(broken), read({".wh.x": b""})])) == [("y", "it is damaged")]
    assert reasons(assemble(IMAGE, [read(broken), read({".wh.x": b"", "y": b""})])) == []


def test_limits_of_size() -> None:
    large = program("a=1").ljust(3000, b"\0")
    limits = Limits(file_bytes=2000, large_bytes=3000)
    plain = tar_of({"x": large, "opt/known": large, "y": large + b"\0", "z.egg-info": metadata("z", "1").ljust(2001)})
    found = read_layer(io.BytesIO(plain), layer_of(plain), limits, None, WANTING)
    assert reasons(assemble(IMAGE, [found])) == [
        ("opt/known", "the file has 3000 bytes, more than are read of such a file"),
        ("y", "the file has 3001 bytes, more than are read of such a file"),
        ("z.egg-info", "the file has 2001 bytes, more than are read of such a file"),
    ]
    assert seen(assemble(IMAGE, [found])) == {("x", "a=1", 0)}


@pytest.mark.parametrize("size", [1, 511, 512, 513, 515, 1000])
def test_across_pieces(size: int) -> None:
    """Whatever the pieces that a stream comes in, a beginning is recognised and the content is whole."""
    plain = tar_of({"a": program("x" * 1500 + "=1"), "b": b"text", "c": A, "d": MAGIC[:2]})

    class Slow(io.RawIOBase):
        parts = pieces(plain, size)

        def read(self, _: int = -1) -> bytes:
            return next(self.parts, b"")

    found = read_layer(Slow(), layer_of(plain), Limits(), None, WANTING)  # type: ignore[arg-type]  # a raw stream will do
    assert {path for path, _, _ in seen(assemble(IMAGE, [found]))} == {"a", "c"}


def test_sparse_programs() -> None:
    content = program("a=1")
    listed = b"2\n0\n%d\n600\n0\n" % len(content)
    stored = listed.ljust(512, b"\0") + content
    info = tarfile.TarInfo("GNUSparseFile.0/x")
    info.size = len(stored)
    info.pax_headers = {
        "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "x", "GNU.sparse.realsize": "600",
    }  # fmt: skip
    plain = info.tobuf(tarfile.PAX_FORMAT) + stored.ljust(1024, b"\0") + bytes(1024)
    found = read_layer(io.BytesIO(plain), layer_of(plain), Limits(), None, WANTING)
    assert seen(assemble(IMAGE, [found])) == {("x", "a=1", 0)}


def test_memory_is_that_of_one_file() -> None:
    """Twenty files of 8 MiB, both recognised and wanted for their path, are never in memory together."""
    large = program("a=1").ljust(8 * MIB, b"\0")
    members: list[tuple[str, Member]] = [(f"x{number}", large) for number in range(10)]
    plain = tar_of([*members, *([("opt/known", large)] * 10)])
    layer = layer_of(plain)
    tracemalloc.start()
    try:
        read_layer(io.BytesIO(plain), layer, Limits(), None, WANTING)
        assert tracemalloc.get_traced_memory()[1] < 30 * MIB
    finally:
        tracemalloc.stop()


def test_huge_files_are_read_one_at_a_time() -> None:
    inside: list[int] = []
    most: list[int] = []

    def counting(path: str, data: bytes) -> Iterator[Package]:
        inside.append(1)
        most.append(len(inside))
        yield Package("generic", path, str(len(data)))
        inside.pop()

    wanting = Matcher([Cataloger("counting", "generic", (), counting, magic=(MAGIC,))])
    plain = tar_of({"x": MAGIC.ljust(33 * MIB, b"\0")})
    layer = layer_of(plain)
    threads = [
        threading.Thread(target=read_layer, args=(io.BytesIO(plain), layer, Limits(), None, wanting)) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1]
