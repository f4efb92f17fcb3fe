"""Packages that Portage has merged (Gentoo and its kin): `var/db/pkg/<category>/<package>-<version>/CONTENTS`.

Source: Gentoo's Package Manager Specification, chapter 3 (names and versions), and portage(5) (CONTENTS). The folder names
the package; CONTENTS, which every one has, says what it owns: `obj <path> <md5> <time>`, `sym <path> -> <target> <time>`.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._owned import lines, owned
from hullmark.catalogers.base import Cataloger
from hullmark.formats.cut import CUT, is_cut
from hullmark.model import Owned, Package, Problem

FOLDER = re.compile(
    r"(?:.*/)?(?P<category>[A-Za-z0-9_][A-Za-z0-9+_.-]{0,100})/(?P<name>[A-Za-z0-9_][A-Za-z0-9+_-]{0,200}?)"
    r"-(?P<version>\d{1,50}(?:\.\d{1,50}){0,20}[a-z]?(?:_(?:alpha|beta|pre|rc|p)\d{0,50}){0,10}(?:-r\d{1,50})?)/CONTENTS"
)
_ENTRY = re.compile(r"(?:obj (.+) [0-9a-f]{32} \d+|sym (.+) -> .+ \d+)")


def parse(path: str, data: bytes) -> Iterator[Package | Owned | Problem]:
    """The one package that the folder names, and what it owns; a Problem when the folder names none."""
    found = FOLDER.fullmatch(path)
    if found is None:
        yield Problem(path, "portage", "the folder is not named <category>/<package>-<version>, so it names no package")
        return
    name = f"{found['category']}/{found['name']}"
    yield Package("ebuild", name, found["version"])
    entries = (_ENTRY.fullmatch(line) for line in lines(data))
    yield from owned(name, (entry[1] or entry[2] for entry in entries if entry), len(data))
    if is_cut(data):
        yield Problem(path, "portage", CUT)


CATALOGER = Cataloger(name="portage", type="ebuild", globs=("var/db/pkg/*/*/CONTENTS",), parse=parse)
