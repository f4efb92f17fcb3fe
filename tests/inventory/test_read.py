"""What one layer yields: rows for what was found and for every name, whichever way its tar says it."""

import io
import tarfile
from functools import partial
from typing import BinaryIO

import pytest

from hullmark.catalogers import catalogers
from hullmark.inventory import LayerInventory, engine, read_layer
from hullmark.inventory.globs import Matcher, fixed_paths, matcher
from hullmark.lake.schema import LAYER_OBJECT
from hullmark.settings import MIB, Limits
from tests.catalogers.cases import wants
from tests.inventory.stacks import metadata, status
from tests.layers.tars import Member, hardlink, layer_of, read, symlink, tar_of

DPKG = "var/lib/dpkg/status"
FOO = "x/foo-1.dist-info/METADATA"


def names(inventory: LayerInventory) -> dict[tuple[str, str], tuple[str | None, bool]]:
    """(kind, path) of every name -> target, wanted."""
    rows = inventory.table.to_pylist()
    return {(row["kind"], row["path"]): (row["target"], row["wanted"]) for row in rows if row["wanted"] is not None}


def found(inventory: LayerInventory) -> list[tuple[str, str, str]]:
    rows = inventory.table.to_pylist()
    return [(row["kind"], row["path"], row["name"] or row["detail"]) for row in rows if row["wanted"] is None]


def test_rows() -> None:
    members: dict[str, Member] = {
        "var": None,
        DPKG: status("a=1"),
        "./etc/plain": b"x",
        "etc/link": symlink("plain"),
        "etc/hard": hardlink("etc/plain"),
        "etc/.wh.gone": b"",
        "opt/.wh..wh..opq": b"",
        "dev/null": (tarfile.CHRTYPE, ""),
        "run/pipe": (tarfile.FIFOTYPE, ""),
    }
    inventory = read(tar_of(members))
    assert inventory.table.schema == LAYER_OBJECT
    assert names(inventory) == {
        ("whiteout", "etc/gone"): (None, False),
        ("opaque", "opt"): (None, False),
        ("folder", "var"): (None, False),
        ("file", DPKG): (None, True),
        ("file", "etc/plain"): (None, False),
        ("symlink", "etc/link"): ("plain", False),
        ("hardlink", "etc/hard"): ("etc/plain", False),
        ("file", "dev/null"): (None, False),
        ("file", "run/pipe"): (None, False),
    }
    assert found(inventory) == [("package", DPKG, "a")]


@pytest.mark.parametrize("form", ["plain", "gzip", "zstd"])
def test_one_tar_in_every_form(form: str) -> None:
    plain = tar_of({DPKG: status("a=1", "b=2"), FOO: metadata("foo", "1")})
    inventory = read(plain, form)
    assert found(inventory) == [("package", DPKG, "a"), ("package", DPKG, "b"), ("package", FOO, "foo")]
    assert inventory.unpacked == len(plain)


PERL = "usr/bin/perl"
LARGE = b"\0v5.36.0\0".ljust(MIB)  # more than is remembered of a file

DUPLICATES: list[tuple[list[tuple[str, Member]], list[str]]] = [
    ([(FOO, metadata("foo", "1")), (FOO, metadata("foo", "2"))], ["2"]),
    ([(FOO, metadata("foo", "1")), (FOO, symlink("y"))], []),
    ([(FOO, metadata("foo", "1")), (FOO, None)], []),
    ([(FOO, None), (FOO, metadata("foo", "1"))], ["1"]),
    ([(FOO, metadata("foo", "1")), ("x", b"a file")], []),
    ([("x", b"a file"), (FOO, metadata("foo", "1"))], ["1"]),
    ([(FOO, metadata("foo", "1")), ("x", None)], ["1"]),
    ([(FOO, metadata("foo", "1")), ("x", symlink("y"))], []),
    ([("x", symlink("y")), (FOO, metadata("foo", "1"))], ["1"]),
    ([("./" + FOO, metadata("foo", "1")), ("/" + FOO, metadata("foo", "2"))], ["2"]),
    ([("m", metadata("foo", "1")), (FOO, hardlink("m")), ("m", metadata("foo", "2"))], ["1"]),
    ([("m", metadata("foo", "1")), ("m", metadata("foo", "2")), (FOO, hardlink("m"))], ["2"]),
    ([("m", metadata("foo", "1")), ("n", hardlink("m")), (FOO, hardlink("./n"))], ["1"]),
    ([(FOO, hardlink("m")), ("m", metadata("foo", "1"))], []),
    ([("m", metadata("foo", "1")), (FOO, hardlink("m")), (FOO, metadata("foo", "3"))], ["3"]),
]


@pytest.mark.parametrize(("members", "versions"), DUPLICATES)
def test_the_last_entry_counts(members: list[tuple[str, Member]], versions: list[str]) -> None:
    table = read(tar_of(members), again=True).table
    assert [row["version"] for row in table.to_pylist() if row["kind"] == "package"] == versions


def test_a_second_pass_only_when_it_is_needed() -> None:
    passes = []

    def again(stored: bytes) -> BinaryIO:
        passes.append(1)
        return io.BytesIO(stored)

    cases: list[tuple[list[tuple[str, Member]], int]] = [
        ([(FOO, metadata("foo", "1")), ("y/foo.egg-info", hardlink(FOO))], 0),
        ([("m", b""), ("n", hardlink("m"))], 0),
        ([(FOO, hardlink("elsewhere"))], 0),
        ([("m", metadata("foo", "1")), (FOO, hardlink("m"))], 1),
        ([(PERL, LARGE), ("usr/bin/perl5.36.0", hardlink(PERL))], 0),
        ([(PERL, LARGE), ("usr/bin/python3.9", hardlink(PERL))], 1),
        ([("usr/bin/python3.8", LARGE), ("usr/bin/python3.9", hardlink("usr/bin/python3.8"))], 1),
        ([("m", LARGE), (PERL, hardlink("m")), ("usr/bin/perl5.36.0", hardlink(PERL))], 1),
    ]
    for members, count in cases:
        stored = tar_of(members)
        passes.clear()
        read_layer(io.BytesIO(stored), layer_of(stored), Limits(), partial(again, stored))
        assert len(passes) == count


def test_a_hard_link_that_reads_as_its_target_is_the_same_place() -> None:
    table = read(
        tar_of([(PERL, LARGE), ("usr/bin/perl5.36.0", hardlink(PERL)), ("usr/bin/python3.9", hardlink(PERL))])
    ).table
    rows = [(row["path"], row["kind"], row["version"]) for row in table.to_pylist() if row["cataloger"] == "software"]
    assert rows == [
        (PERL, "package", "5.36.0"),
        ("usr/bin/python3.9", "problem", None),
    ]
    assert [(row["path"], row["target"]) for row in table.to_pylist() if row["kind"] == "alias"] == [
        ("usr/bin/perl5.36.0", PERL)
    ]
    assert {row["size"] for row in table.to_pylist() if row["path"].startswith(PERL) and row["wanted"]} == {len(LARGE)}


def test_without_a_second_pass_a_hard_link_is_a_problem() -> None:
    inventory = read(tar_of({"m": metadata("foo", "1"), FOO: hardlink("m")}))
    assert found(inventory) == [
        (
            "problem",
            FOO,
            "it is a hard link to m, which would need a second pass over the layer, which this source does not allow",
        )
    ]


def test_what_cannot_be_read_is_a_problem() -> None:
    members: dict[str, Member] = {
        "etc/os-release": b"x" * 70_000,
        DPKG: (tarfile.CHRTYPE, ""),
        "a/.wh.": b"",
        "a/.wh...": b"",
        "b/foo.egg-info": b"y" * 2000,
    }
    problems = [(path, reason) for _, path, reason in found(read(tar_of(members), limits=Limits(file_bytes=1999)))]
    assert problems == [
        ("a/.wh.", "the whiteout names nothing that it could hide"),
        ("a/.wh...", "the whiteout names nothing that it could hide"),
        ("b/foo.egg-info", "the file has 2000 bytes, more than are read of such a file"),
        ("etc/os-release", "the file has 70000 bytes, more than are read of such a file"),
        (DPKG, "it is a device or a pipe, not a file"),
    ]


def test_versions_without_an_order_are_problems_and_bounded() -> None:
    listed = status("good=1", *(f"bad{number}=1-" for number in range(70)))
    inventory = read(tar_of({DPKG: listed}))
    kinds = [kind for kind, _, _ in found(inventory)]
    assert (kinds.count("package"), kinds.count("problem")) == (71, 51)


@pytest.mark.parametrize("tar_format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_sparse_files_are_read_whole(tar_format: int) -> None:
    content = metadata("foo", "1")
    if tar_format == tarfile.GNU_FORMAT:
        info = tarfile.TarInfo(FOO)
        info.size = len(content)
        block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
        block[156:157] = b"S"
        block[386:410] = b"%011o\0%011o\0" % (600, len(content))
        block[483:495] = b"%011o\0" % (600 + len(content))
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
        header = bytes(block)
    else:
        listed = b"1\n600\n%d\n" % len(content)
        content = listed.ljust(512, b"\0") + content
        info = tarfile.TarInfo("GNUSparseFile.0/METADATA")
        info.size = len(content)
        info.pax_headers = {
            "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": FOO,
            "GNU.sparse.realsize": str(600 + len(metadata("foo", "1"))),
        }  # fmt: skip
        header = info.tobuf(tarfile.PAX_FORMAT)
    inventory = read(header + content.ljust(-(-len(content) // 512) * 512, b"\0") + bytes(1024))
    row = next(row for row in inventory.table.to_pylist() if row["path"] == FOO and row["wanted"])
    assert row["size"] == 600 + len(metadata("foo", "1"))


def test_paths_are_text_that_arrow_takes() -> None:
    inventory = read(tar_of({"caf\udce9/x.dist-info/METADATA": metadata("x", "1"), "line\nbreak": b"", "ü": None}))
    assert ("file", "caf\\xe9/x.dist-info/METADATA") in names(inventory)
    assert found(inventory) == [("package", "caf\\xe9/x.dist-info/METADATA", "x")]


PATHS = [
    DPKG, "var/lib/dpkg/status.d/base", "var/lib/dpkg/status.d/a/b", "var/lib/dpkg/status2", "etc/os-release",
    "x/etc/os-release", "METADATA", "dist-info/METADATA", FOO, "foo.dist-info/METADATA", "x/METADATA", "x.egg-info",
    "a/x.egg-info", "a/.egg-info", "a/x.egg-info/PKG-INFO", "package.json", "node_modules/a/package.json",
    "x/node_modules/@s/n/package.json", "x/node_modules/a/b/package.json", "opt/yarn-v1/package.json",
    "opt/yarn/package.json", "opt/yarn-1/x/package.json", "", "a\nb/x.dist-info/METADATA", "lib/apk/db/installed",
    "usr/lib/apk/db/installed", "xusr/lib/apk/db/installed",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_matcher(path: str) -> None:
    expected = [cataloger.name for cataloger in catalogers() if wants(cataloger, path)] if "\n" not in path else ["python"]
    assert [cataloger.name for cataloger in matcher().catalogers_of(path)] == expected
    assert matcher().wants(path) == bool(expected)


def test_matcher_of_nothing_wants_nothing() -> None:
    assert not Matcher([]).wants("a")


def test_fixed_paths_and_engine() -> None:
    assert {DPKG, "etc/os-release", "lib/apk/db/installed"} <= set(fixed_paths())
    assert len(engine()) == 16
    int(engine(), 16)
