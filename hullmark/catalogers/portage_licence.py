"""Licences of Portage's packages: `var/db/pkg/<category>/<package>-<version>/LICENSE`.

Source: Gentoo's Package Manager Specification, chapter 8: names that hold together, `|| ( )` a choice, `flag? ( )`
for what was built with a flag; which flags were set stands elsewhere, so that all of these count. Gentoo's names are
Debian's but for a few, which become a `LicenseRef-`.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers.base import Cataloger
from hullmark.catalogers.portage import FOLDER
from hullmark.formats.cut import CUT, is_cut
from hullmark.formats.debian_copyright import expression_of
from hullmark.formats.spdx_licences import is_spdx
from hullmark.model import Licensed, Problem

MOST_WORDS = 2_000
DEEPEST = 16

_WORD = re.compile(
    r"[A-Za-z0-9_][A-Za-z0-9+_.-]{0,99}|!?[A-Za-z0-9][A-Za-z0-9+_@-]{0,99}\?|\|\||[()]"
)  # a name, a flag, a sign


def parse(path: str, data: bytes) -> Iterator[Licensed | Problem]:
    """The licence of the one package, or a Problem when it is not as Portage writes it; nothing of an empty file."""
    package = FOLDER.fullmatch(path.removesuffix("LICENSE") + "CONTENTS")
    words = data[:65536].decode("utf-8", "replace").split()
    if not (package and words):
        return
    licence = _all_of(words) if len(words) <= MOST_WORDS and all(map(_WORD.fullmatch, words)) else ""
    if is_spdx(licence):
        yield Licensed("ebuild", f"{package['category']}/{package['name']}", licence)
    else:
        yield Problem(path, CATALOGER.name, "the file does not state a licence as Portage writes it")
    if is_cut(data):
        yield Problem(path, CATALOGER.name, CUT)


def _all_of(words: list[str]) -> str:
    """The words as an expression; "" when their brackets do not match."""
    groups: list[tuple[str, list[str]]] = [(" AND ", [])]
    kind = " AND "
    for word in words:
        if word == "||":
            kind = " OR "
        elif word == "(" and len(groups) <= DEEPEST:
            groups.append((kind, []))
            kind = " AND "
        elif word == ")" and len(groups) > 1:
            joint, names = groups.pop()
            together = joint.join(dict.fromkeys(names))
            groups[-1][1].extend([f"({together})" if len(set(names)) > 1 else together] if names else [])
        elif not word.endswith("?"):
            groups[-1][1].append(expression_of(word))
    return " AND ".join(dict.fromkeys(groups[0][1])) if len(groups) == 1 else ""


CATALOGER = Cataloger(
    name="portage-licence", type="ebuild", globs=("var/db/pkg/*/*/LICENSE",), parse=parse, max_bytes=65536, follows=False
)
