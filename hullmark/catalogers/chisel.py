"""Packages of chiselled Ubuntu images: the manifest that chisel writes, `var/lib/chisel/manifest.wall`.

Source: canonical/chisel, "Chisel manifest" and jsonwall: zstd, or plain; a line is a JSON object with a `kind`
(package, path, ...), the first says how many there are. Paths name the slices that they come from,
`<package>_<slice>`. The source package, by which Ubuntu's advisories go, is not stated: that is a Problem, as some
advisories cannot be found.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._owned import owned
from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats import zstd
from hullmark.formats.json_object import Object, parse_object, text, texts
from hullmark.formats.problems import bound_problems
from hullmark.model import Owned, Package, Problem

MOST_BYTES = 64 * 1024 * 1024  # a path takes some 200
SOURCELESS = "chisel states no source packages, so advisories for a source of another name than the package are not found"

_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]{0,255}")
_HEADER = re.compile(rb'\s*\{[^\n]{0,500}"jsonwall"')


def parse(path: str, data: bytes) -> Iterator[Package | Owned | Problem]:
    """The packages in the order of the file, then what each owns. Raises CorruptData for what is no manifest."""
    wall = zstd.inflate(data, MOST_BYTES) if data.startswith(zstd.MAGIC) else data
    if not _HEADER.match(wall):
        raise CorruptData("the file is no manifest of chisel")
    files: dict[str, list[str]] = {}
    yield from bound_problems(_packages(path, wall, files))
    if files:
        yield Problem(path, CATALOGER.name, SOURCELESS)
    for name, paths in files.items():
        yield from owned(name, paths, max(len(wall), 1))


def _packages(path: str, wall: bytes, files: dict[str, list[str]]) -> Iterator[Package | Problem]:
    """The packages; notes in `files` them and the paths of each on the way."""
    lines = wall.split(b"\n")
    count = 0
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        count += 1
        try:
            entry = parse_object(line)
        except CorruptData:
            yield Problem(path, CATALOGER.name, f"line {number} is no JSON object")
            continue
        kind = text(entry, "kind")
        if kind == "package":
            package = Package("deb", text(entry, "name"), text(entry, "version"), arch=text(entry, "arch")[:64])
            found = stated(path, CATALOGER.name, package, _NAME)
            if isinstance(found, Package):
                files.setdefault(found.name, [])
            yield found
        elif kind == "path":
            _note(entry, files)
    promised = parse_object(lines[0]).get("count")
    if isinstance(promised, int) and promised > count + 1:
        yield Problem(path, CATALOGER.name, f"the manifest promises {promised} lines and has {count + 1}; it is cut off")


def _note(entry: Object, files: dict[str, list[str]]) -> None:
    place = text(entry, "path")
    if not place.endswith("/"):
        for owner in dict.fromkeys(name.partition("_")[0] for name in texts(entry.get("slices"))):
            files.setdefault(owner, []).append(place)


CATALOGER = Cataloger(name="chisel", type="deb", globs=("**/chisel/manifest.wall",), parse=parse)
