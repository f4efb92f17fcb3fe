"""Rust programs that were built with cargo-auditable: the crates that were compiled in, from the section `.dep-v0`.

Source: rust-secure-code/cargo-auditable, PARSING.md: zlib-compressed JSON. Crates of the kind `build` ran when the program
was made (build scripts, procedural macros) and are not in it, so they are left out. The root package is a crate like any
other. Crates from a folder or a git repository may bear the name of one on crates.io; where they come from is stated, and
those are read too, since a fork of a crate has its vulnerabilities.
"""

import re
import zlib
from collections.abc import Iterator, Mapping

import orjson

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats.executable import MAGIC, section
from hullmark.formats.problems import bound_problems
from hullmark.model import Package, Problem

SECTION = ".dep-v0"
MOST_PACKED = 8 * 1024 * 1024  # as cargo-auditable's own reader
MOST_BYTES = 32 * 1024 * 1024  # 1,000 crates take 100 KiB
MOST_CRATES = 50_000

_TEST_DATA = re.compile(r"(?:^|/)testdata/")  # where Go's own sources keep the beginnings of programs
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The crates that are in the program, in the order of its list; nothing of other programs.

    Raises CorruptData for any program whose tables are damaged, which no other cataloger tells of.
    """
    try:
        packed = section(data, SECTION, MOST_PACKED)
    except CorruptData:
        if not _TEST_DATA.search(path):
            raise
        packed = None
    if packed is not None:
        yield from bound_problems(_crates(path, _listed(packed)))


def _listed(packed: bytes) -> list[object]:
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(packed, MOST_BYTES)
        listed = orjson.loads(text)["packages"] if inflater.eof else None
    except (zlib.error, ValueError, KeyError, TypeError):
        listed = None
    if not isinstance(listed, list) or len(listed) > MOST_CRATES:
        raise CorruptData("the list of crates in the program is damaged, or too large")
    return listed


def _crates(path: str, listed: list[object]) -> Iterator[Package | Problem]:
    for number, crate in enumerate(listed, 1):
        if not isinstance(crate, Mapping):
            yield Problem(path, CATALOGER.name, f"crate {number} of the program's list is no object")
        elif crate.get("kind", "runtime") == "runtime":
            package = Package("cargo", str(crate.get("name", "")), str(crate.get("version", "")))
            yield stated(path, CATALOGER.name, package, _NAME)


CATALOGER = Cataloger(name="rust-binary", type="cargo", globs=(), parse=parse, magic=MAGIC)
