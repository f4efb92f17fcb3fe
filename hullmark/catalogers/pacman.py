"""Packages that pacman has installed (Arch Linux and its kin): `var/lib/pacman/local/<package>/desc` and `files`.

Source: pacman's lib/libalpm/be_local.c. A file is sections of lines under `%NAME%`; an empty line ends one.
"""

import posixpath
from collections.abc import Iterator

from hullmark.catalogers._owned import lines, owned
from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.formats.cut import CUT, is_cut
from hullmark.formats.spdx_licences import any_of
from hullmark.model import Owned, Package, Problem

FILES = "files"
END = b"\n\n"  # of every section


def parse(path: str, data: bytes) -> Iterator[Package | Owned | Problem]:
    """The one package of a `desc`, or what its `files` owns; a Problem when it has no valid name or version."""
    sections = _sections(data)
    if posixpath.basename(path) == FILES:
        name = posixpath.basename(posixpath.dirname(path)).rsplit("-", 2)[0]  # the folder is name-version-release
        yield from owned(name, (file for file in sections.get("%FILES%", ()) if not file.endswith("/")), len(data))
        if is_cut(data):
            yield Problem(path, "pacman", CUT)
        return
    name, base = _first(sections, "%NAME%"), _first(sections, "%BASE%")
    package = Package(
        type="alpm",
        name=name,
        version=_first(sections, "%VERSION%"),
        arch=_first(sections, "%ARCH%")[:64],
        source_name="" if base == name else base[:256],
        licence=any_of(sections.get("%LICENSE%", ())),
    )
    yield stated(path, "pacman", package)
    if data and not data.endswith(END):
        yield Problem(path, "pacman", CUT)


def _sections(data: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    section: list[str] = []
    for line in lines(data):
        if line.startswith("%") and line.endswith("%"):
            section = found.setdefault(line, [])
        elif line:
            section.append(line)
    return found


def _first(sections: dict[str, list[str]], name: str) -> str:
    return next(iter(sections.get(name, ())), "")


CATALOGER = Cataloger(
    name="pacman",
    type="alpm",
    globs=("var/lib/pacman/local/*/desc", "var/lib/pacman/local/*/files"),
    parse=parse,
)
