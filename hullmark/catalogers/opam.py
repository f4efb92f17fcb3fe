"""Packages of OCaml that opam has installed: the folders of a switch, `.opam-switch/packages/<name>.<version>/opam`.

Source: opam's manual, "Common file format". The folder states name and version; the compiler's own packages
(`base-*`) have the version `base`, which is none.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.formats.cut import CUT, is_cut
from hullmark.formats.spdx_licences import all_of
from hullmark.model import Package, Problem

_FOLDER = re.compile(r"(?:.*/)?\.opam-switch/packages/([A-Za-z0-9_+-]+)\.([^/]+)/opam", re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9_+-]{1,200}")
_LICENCE = re.compile(rb'^license:[ \t]*(?:\[((?:[ \t\n]*"[^"\n]{1,200}"){1,20})[ \t\n]*\]|("[^"\n]{1,200}"))', re.MULTILINE)
_TEXT = re.compile(rb'"([^"\n]{1,200})"')


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The one package, with the licences that its file states."""
    found = _FOLDER.fullmatch(path)
    if found and found[2] != "base":
        licence = _LICENCE.search(data)
        words = _TEXT.findall(licence[1] or licence[2]) if licence else []
        terms = all_of(word.decode("utf-8", "replace") for word in words)
        yield stated(path, CATALOGER.name, Package("opam", found[1], found[2], licence=terms), _NAME)
        if is_cut(data):
            yield Problem(path, CATALOGER.name, CUT)


CATALOGER = Cataloger(name="opam", type="opam", globs=("**/.opam-switch/packages/*/opam",), parse=parse)
