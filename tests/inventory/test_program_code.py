"""Machine code of programs is left out where a file says that it is apart, and what is found stays the same."""

import io
import json
import struct
import zlib
from itertools import pairwise

import pytest

from hullmark.formats.executable import regions, unread
from hullmark.formats.parts import Around
from hullmark.inventory import read_layer
from hullmark.layers.tar import Tar
from hullmark.settings import MIB, Limits
from tests.catalogers.programs import elf, go_inline
from tests.inventory.stacks import read_members
from tests.layers.tars import layer_of, pieces, tar_of

Segments = list[tuple[int, int, int]]  # flags, offset, size
R, RX, RW = 4, 5, 6
LOAD, NOTE = 1, 4


def header(
    segments: Segments, sections: int = 0, wide: bool = True, order: str = "<", *, kind: int = LOAD, note: int = 0
) -> bytes:
    """The first bytes of an ELF file with these segments, and one with a note where `note` says."""
    kinds = [kind] * len(segments) + [NOTE] * bool(note)
    segments = segments + [(R, note, 32)] * bool(note)
    size = 64 if wide else 52
    begin = b"\x7fELF" + bytes([2 if wide else 1, 1 if order == "<" else 2, 1])
    word = "Q" if wide else "I"
    fields = (3, 62, 1, 0, size, sections, 0, size, 56 if wide else 32, len(segments), 0, 0, 0)
    table = b"".join(
        struct.pack(f"{order}IIQQQQQQ", kind, flags, at, at, at, count, count, 4096)
        if wide
        else struct.pack(f"{order}8I", kind, at, at, at, count, count, flags, 4096)
        for kind, (flags, at, count) in zip(kinds, segments, strict=True)
    )
    return begin.ljust(16, b"\0") + struct.pack(f"{order}HHI3{word}I6H", *fields) + table


GNU: Segments = [(R, 0, 0x1000), (RX, 0x1000, 0x5000), (R, 0x6000, 0x800), (RW, 0x6800, 0x100)]
CASES: dict[str, tuple[bytes, list[tuple[int, int]]]] = {
    "as GNU ld parts it": (header(GNU), [(0x1000, 0x6000)]),
    "32 bits, big-endian": (header(GNU, wide=False, order=">"), [(0x1000, 0x6000)]),
    "two pieces of code": (header([*GNU, (RX, 0x9000, 0x10)]), [(0x1000, 0x6000), (0x9000, 0x9010)]),
    "in any order": (header(GNU[::-1]), [(0x1000, 0x6000)]),
    "code begins the file, as Go's linker writes": (header([(RX, 0, 0x5000), (R, 0x5000, 0x5000), (RW, 0xA000, 0x10)]), []),
    "nothing but code and what is writable": (header([(RX, 0x1000, 0x5000), (RW, 0x6000, 0x10)]), []),
    "one over the other": (header([*GNU, (R, 0x5FFF, 2)]), []),
    "the table of sections in the code": (header(GNU, sections=0x2000), []),
    "data for others": (
        header([(R, 0, 512), (RX, 4096, 300), (R, 8192, 1 << 20), (RW, 2 << 20, 64)]),
        [(8192, 8192 + (1 << 20))],
    ),
    "a note among the data": (
        header([(R, 0, 512), (RX, 4096, 300), (R, 8192, 1 << 20)], note=9000),
        [],
    ),
    "no loaded segment": (header(GNU, kind=NOTE), []),
    "no segment": (header([]), []),
    "cut off": (header(GNU)[:-40], []),
    "no program": (b"MZ" + header(GNU)[2:], []),
    "empty": (b"", []),
}


@pytest.mark.parametrize(("head", "places"), CASES.values(), ids=CASES)
def test_where_code_is_apart(head: bytes, places: list[tuple[int, int]]) -> None:
    assert unread(head) == places


@pytest.mark.parametrize("size", [1, 7, 512, 1000, 1 << 20])
def test_a_body_around_holes(size: int) -> None:
    content = bytes(range(1, 251)) * 8
    holes = [(0, 3), (10, 10), (500, 900), (1990, 2000)]
    tar = Tar(pieces(tar_of({"before": b"x" * 300, "a": content, "b": b"after"}), size), Limits(), "the layer")
    read = {}
    for entry in tar:
        assert tar.head(5) == {"before": b"xxxxx", "a": content[:5], "b": b"after"}[entry.name]
        read[entry.name] = tar.body(Around(holes) if entry.name == "a" else None)
    expected = b"".join(
        content[begin:end] if number % 2 == 0 else bytes(end - begin)
        for number, (begin, end) in enumerate(pairwise([0, *(place for hole in holes for place in hole), 2000]))
    )
    assert read == {"before": b"x" * 300, "a": expected, "b": b"after"}


def test_what_stands_beside_code_is_found() -> None:
    crates = zlib.compress(json.dumps({"packages": [{"name": "ring", "version": "0.17.8"}]}).encode())
    go = go_inline("go1.22.1", "path\ta.example/b\nmod\ta.example/b\tv1.0.0\n")
    parts = {".heads": (0, bytes(4 * 56)), ".text": (0, b"\x90" * MIB), ".dep-v0": (0, crates), ".go.buildinfo": (0, go)}
    at = {region.name: (region.offset, region.size) for region in regions(elf(parts))}
    heads = header([(R, *at[".heads"]), (RX, *at[".text"]), (R, *at[".dep-v0"]), (RW, *at[".go.buildinfo"])])
    program = elf({**parts, ".heads": (0, heads[64:])})
    program = program[:32] + struct.pack("<Q", 64) + program[40:54] + struct.pack("<HH", 56, 4) + program[58:]
    assert unread(program[:4096]) == [(at[".text"][0], at[".text"][0] + MIB)]
    table = read_members({"usr/bin/both": program}).table
    found = [(row["name"], row["version"]) for row in table.to_pylist() if row["kind"] == "package"]
    assert sorted(found) == [("a.example/b", "v1.0.0"), ("ring", "0.17.8"), ("stdlib", "1.22.1")]


CHROME = b"\0Chrome/131.0.6778.33\0"
SMALL = Limits(file_bytes=MIB, large_bytes=MIB)
TOO_LARGE = "more than are read of such a file"
SILENT = "too many to read its code, and the rest says nothing"


def browser(constants: bytes, code_bytes: int = 2 * MIB) -> bytes:
    """A program of 2 MiB of code and these constants."""
    head = header([(R, 0, 4096), (RX, 4096, code_bytes), (R, 4096 + code_bytes, len(constants))])
    return head.ljust(4096, b"\0") + b"\x90" * code_bytes + constants


LARGER: dict[str, tuple[str, bytes, Limits, list[str], str]] = {
    "what stands beside the code": ("opt/chrome", browser(CHROME), SMALL, ["chromium=131.0.6778.33"], ""),
    "nothing beside the code": ("opt/chrome", browser(b"\0"), SMALL, [], SILENT),
    "too much beside the code": ("opt/chrome", browser(CHROME * 50_000), SMALL, [], TOO_LARGE),
    "too large even so": ("opt/chrome", browser(CHROME), Limits(large_bytes=MIB, program_bytes=2 * MIB), [], TOO_LARGE),
    "no program": ("opt/chrome", CHROME.ljust(2 * MIB, b"\0"), SMALL, [], TOO_LARGE),
    "a cataloger that knows no programs": ("srv/composer.lock", browser(b"{}"), SMALL, [], TOO_LARGE),
    "small enough to be whole": ("opt/chrome", browser(CHROME), Limits(), ["chromium=131.0.6778.33"], ""),
}


@pytest.mark.parametrize(("path", "content", "limits", "packages", "reason"), LARGER.values(), ids=LARGER)
def test_programs_that_are_too_large_with_their_code(
    path: str, content: bytes, limits: Limits, packages: list[str], reason: str
) -> None:
    plain = tar_of({path: content})
    finds = read_layer(io.BytesIO(plain), layer_of(plain), limits).finds
    assert [f"{item.package.name}={item.package.version}" for item in finds.packages] == packages
    told = [problem.reason for problem in finds.problems if problem.cataloger in {"software", "composer-lock"}]
    assert [reason in item for item in told] == [True] * bool(reason)
