"""Packages that opkg has installed: OpenWrt (before it took to apk), Yocto images, Entware in `opt`.

Source: opkg's libopkg/pkg_parse.c. The database is `status`, in dpkg's form; `info/<package>.control` repeats it, but
for the licence (`opkg_control`), `info/<package>.list` says what a package owns. Its `Source` is a path in a build
tree and names no source package.
"""

import posixpath
from collections.abc import Iterator

from hullmark.catalogers._owned import lines, owned
from hullmark.catalogers.base import Cataloger
from hullmark.catalogers.dpkg import parse_control
from hullmark.formats.cut import CUT, is_cut
from hullmark.model import Owned, Package, Problem

FOLDERS = ("usr/lib/opkg", "var/lib/opkg", "opt/lib/opkg")
LIST = ".list"


def parse(path: str, data: bytes) -> Iterator[Package | Owned | Problem]:
    """The packages of a status file, in file order, or what one list owns; a damaged stanza is a Problem of its own."""
    if path.endswith(LIST):
        yield from owned(posixpath.basename(path).removesuffix(LIST), lines(data), len(data))
    else:
        yield from parse_control(path, data, "opkg", kind="opkg")
    if is_cut(data):
        yield Problem(path, "opkg", CUT)


CATALOGER = Cataloger(
    name="opkg",
    type="opkg",
    globs=tuple(f"{folder}/{file}" for folder in FOLDERS for file in ("status", "info/*.list")),
    parse=parse,
)
