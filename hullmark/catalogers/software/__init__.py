"""Software that no package manager put there, recognised by the name and the content of a file: one pattern file each.

A pattern (`<name>.toml` in this folder; adding one edits nothing else) says which paths may be the software, and what in the
file proves it and states the version: `mark`, a text that is searched at the speed of memory, and `text`, a regular
expression with a group `version` that is tried on 1,024 bytes to either side of each mark. The first evidence that holds
counts. `{minor}` in both is the number in the file's name ("3.11"). Several patterns may want one path: a `mysqld` is
MySQL's, MariaDB's or Percona's. Names are those of OSV's ecosystem Bitnami, whose advisories speak of upstream versions.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from posixpath import basename

from hullmark.catalogers._glob import Fits, glob_test
from hullmark.catalogers.base import Cataloger
from hullmark.model import Origin, Package, Problem
from hullmark.shipped import shipped_in

REACH = 1024  # bytes before and after a mark in which its text is looked for
MOST_BYTES = 256 * 1024 * 1024  # Node.js has 150 MB; browsers more, most of which is machine code, which is left out
MOST_MARKS = 10_000  # of one evidence in one file
MINOR = "{minor}"

_NUMBER = re.compile(r"\d+\.\d+")
_VERSION = re.compile(r"\d[!-~]{0,99}")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A text to search for, and the regular expression that reads the version near it."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Software:
    """One pattern file; `cpe` is "vendor:product" of the NVD's dictionary, `part` whether that is an application ("a") or
    a system ("o").
    """

    name: str
    cpe: str
    paths: tuple[Fits, ...]
    globs: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    type: str = "generic"
    part: str = "a"
    prefix: str = ""  # of the version, as the ecosystem of its type writes it


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """A package for each pattern that wants the path and finds its evidence; nothing when none does."""
    for software in _wanting(path):
        version = next(filter(None, (_version(item, path, data) for item in software.evidence)), "")
        if version:
            stated = software.prefix + version
            yield Package(software.type, software.name, stated, cpe=_cpe(software, version), origin=Origin.BINARY)


def reads_as(path: str) -> object:
    """What of a path decides what `parse` yields: whose it may be, and the number in its name where evidence asks for it."""
    wanting = _wanting(path)
    asked = any(MINOR in item.mark or MINOR in item.text for software in wanting for item in software.evidence)
    return tuple(software.name for software in wanting), _minor(path) if asked else ""


@cache
def patterns() -> tuple[Software, ...]:
    """Every pattern, by the name of its file; a key that is missing or unknown is an error."""
    return tuple(_software(**tomllib.loads(text)) for text in shipped_in("catalogers/software", ".toml"))


def _wanting(path: str) -> list[Software]:
    return [software for software in patterns() if any(fits(path) for fits in software.paths)]


def _minor(path: str) -> str:
    """The number in a file's name, "" when it has none."""
    number = _NUMBER.search(basename(path))
    return number[0] if number else ""


def _software(paths: list[str], evidence: list[dict[str, str]], **rest: str) -> Software:
    kinds = tuple(Evidence(**item) for item in evidence)
    return Software(paths=tuple(map(glob_test, paths)), globs=tuple(paths), evidence=kinds, **rest)


def _version(evidence: Evidence, path: str, data: bytes) -> str:
    """The version at the first mark near which the text holds; "" when there is none."""
    minor = _minor(path)
    if MINOR in evidence.mark and not minor:
        return ""
    mark = evidence.mark.replace(MINOR, minor).encode()
    text = _compiled(evidence.text.replace(MINOR, re.escape(minor)))
    at = data.find(mark)
    for _ in range(MOST_MARKS):
        if at < 0:
            return ""
        found = text.search(data[max(0, at - REACH) : at + len(mark) + REACH])
        if found:
            version = found["version"].decode("latin-1")
            return version if _VERSION.fullmatch(version) else ""
        at = data.find(mark, at + max(len(mark), 1))
    return ""


@cache
def _compiled(text: str) -> re.Pattern[bytes]:
    return re.compile(text.encode("latin-1"))


def _cpe(software: Software, version: str) -> str:
    """A CPE 2.3 name (NISTIR 7695): what is no letter, digit, dot, hyphen or underscore is escaped."""
    escaped = re.sub(r"([^A-Za-z0-9._-])", r"\\\1", version.lower())
    return f"cpe:2.3:{software.part}:{software.cpe}:{escaped}:*:*:*:*:*:*:*"


CATALOGER = Cataloger(
    name="software",
    type="generic",
    globs=tuple(sorted({glob for software in patterns() for glob in software.globs})),
    parse=parse,
    max_bytes=MOST_BYTES,
    reads_as=reads_as,
    without_code=True,
)
