"""Lock files of Dart and Flutter: the hosted packages of `pubspec.lock`, read line by line as pub writes it."""

import re
from collections.abc import Iterator

from hullmark.catalogers._locked import MOST_BYTES, locked
from hullmark.catalogers.base import Cataloger
from hullmark.formats.cut import is_cut, to_the_end
from hullmark.model import Package, Problem

_SECTION = re.compile(r"^packages:[ \t]*$((?:\n[ \t].*)*)", re.MULTILINE)
_ENTRY = re.compile(r"^  \"?([A-Za-z0-9_]{1,100})\"?:[ \t]*$((?:\n    .*)*)", re.MULTILINE)
_AFTER = re.compile(r"^sdks?:", re.MULTILINE)  # which pub writes after the packages
_KEY = re.compile(r"^    (dependency|source|version): \"?([^\"\n]{1,200}?)\"?[ \t]*$", re.MULTILINE)


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """What the file pins, but what is only a direct development dependency and what is not from a package host."""
    source = data.decode("utf-8", "replace").replace("\r\n", "\n")
    section = _SECTION.search(source)
    lacks_its_end = bool(source.strip()) and not _AFTER.search(source)
    return locked(
        path, "pubspec-lock", "pub", to_the_end(_pins(section[1] if section else ""), is_cut(data) or lacks_its_end)
    )


def _pins(section: str) -> Iterator[tuple[str, str]]:
    for entry in _ENTRY.finditer(section):
        keys = dict(_KEY.findall(entry[2]))
        if keys.get("source") == "hosted" and keys.get("dependency") != "direct dev":
            yield entry[1], keys.get("version", "")


CATALOGER = Cataloger(name="pubspec-lock", type="pub", globs=("**/pubspec.lock",), parse=parse, max_bytes=MOST_BYTES)
