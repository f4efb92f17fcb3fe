"""Lock files of Gradle: `gradle.lockfile`, and the one file a configuration of older releases."""

import re
from collections.abc import Iterator

from hullmark.catalogers._locked import MOST_BYTES, locked
from hullmark.catalogers.base import Cataloger
from hullmark.formats.cut import is_cut, to_the_end
from hullmark.model import Package, Problem

_ENTRY = re.compile(
    r"^([A-Za-z0-9_.-]{1,200}:[A-Za-z0-9_.-]{1,200}):([^\s:=]{1,200})(?:=([^\n]{0,2000}))?[ \t\r]*$", re.MULTILINE
)


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """What the file pins, but what only configurations of tests use."""
    entries = _ENTRY.findall(data.decode("utf-8", "replace"))
    pins = ((name, version) for name, version, uses in entries if not uses or not _is_test(uses))
    return locked(path, "gradle-lock", "maven", to_the_end(pins, is_cut(data) or _lacks_its_end(path, data)))


def _lacks_its_end(path: str, data: bytes) -> bool:
    """Whether the last line is missing, which names the configurations without a dependency."""
    return path.endswith("gradle.lockfile") and data.strip() != b"" and b"\nempty=" not in data


def _is_test(uses: str) -> bool:
    return all(use.strip().startswith("test") for use in uses.split(","))


CATALOGER = Cataloger(
    name="gradle-lock",
    type="maven",
    globs=("**/gradle.lockfile", "**/gradle/dependency-locks/*.lockfile"),
    parse=parse,
    max_bytes=MOST_BYTES,
)
