"""Lock files of pnpm: `pnpm-lock.yaml`, lockfile versions 5, 6 and 9 (pnpm/spec, lockfile).

Read line by line, as pnpm writes it: no YAML parser, so no aliases and no depth.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._locked import MOST_BYTES, locked
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats.cut import is_cut, to_the_end
from hullmark.model import Package, Problem

_SECTION = re.compile(r"^packages:[ \t]*$((?:\n(?:[ \t].*)?)*)", re.MULTILINE)
_ENTRY = re.compile(r"^  (['\"]?)([^\s'\"].{0,600}?)\1:[ \t]*$((?:\n(?:    .*)?(?=\n|\Z))*)", re.MULTILINE)
_OLD = re.compile(r"/((?:@[^/]+/)?[^/@]+)/(\d[^/_(]*)(?:_.*)?")  # /@scope/name/1.0.0_peer@2.0.0
_NEW = re.compile(r"/?((?:@[^/@]+/)?[^/@]+)@(\d[^(:/]*)(?:\(.*)?")  # /name@1.0.0(peer@2.0.0), name@1.0.0
_NINTH = re.compile(r"^lockfileVersion: '9", re.MULTILINE)
_AFTER = re.compile(r"^snapshots:", re.MULTILINE)  # follows the packages since version 9
_DEV = re.compile(r"^    dev: true", re.MULTILINE)


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """What the file pins; what it says is for development is left out. Raises CorruptData for no lock file."""
    source = data.decode("utf-8", "replace").replace("\r\n", "\n")
    if not re.search(r"^lockfileVersion:", source, re.MULTILINE):
        raise CorruptData("the file is no lock file of pnpm")
    return locked(path, "pnpm-lock", "npm", to_the_end(_pins(source), is_cut(data) or _lacks_its_end(source)))


def _lacks_its_end(source: str) -> bool:
    return bool(_NINTH.search(source) and _SECTION.search(source) and not _AFTER.search(source))


def _pins(source: str) -> Iterator[tuple[str, str]]:
    section = _SECTION.search(source)
    for entry in _ENTRY.finditer(section[1] if section else ""):
        found = _OLD.fullmatch(entry[2]) or _NEW.fullmatch(entry[2])
        if found and not _DEV.search(entry[3]):
            yield found[1], found[2]


CATALOGER = Cataloger(name="pnpm-lock", type="npm", globs=("**/pnpm-lock.yaml",), parse=parse, max_bytes=MOST_BYTES)
