"""Packages of distroless images: one control file a package in `var/lib/dpkg/status.d/`.

Source: GoogleContainerTools/distroless and the rules_distroless that build such images. Most files have no Status field;
the file's presence says installed. What a package owns is in `<package>.md5sums` beside it.
"""

import posixpath
from collections.abc import Iterator

from hullmark.catalogers._owned import lines, owned
from hullmark.catalogers.base import Cataloger
from hullmark.catalogers.dpkg import parse_control
from hullmark.model import Owned, Package, Problem

CHECKSUMS = ".md5sums"  # 32 hex digits, two spaces, the path without a leading slash

# What dpkg keeps beside a control file, under the package's name (dpkg(1), "info" folder).
OTHER = (
    ".conffiles", ".config", ".list", ".postinst", ".postrm", ".preinst", ".prerm", ".shlibs", ".symbols",
    ".templates", ".triggers",
)  # fmt: skip


def parse(path: str, data: bytes) -> Iterator[Package | Owned | Problem]:
    """The packages of one control file, nearly always one; what a list of checksums owns; nothing for other files."""
    if path.endswith(CHECKSUMS):
        yield from owned(posixpath.basename(path).removesuffix(CHECKSUMS), (line[34:] for line in lines(data)), len(data))
    elif not path.endswith(OTHER):
        yield from parse_control(path, data, "dpkg-status.d")


CATALOGER = Cataloger(name="dpkg-status.d", type="deb", globs=("var/lib/dpkg/status.d/*",), parse=parse)
