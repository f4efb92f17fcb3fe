"""Packages of distroless images: one control file a package in `var/lib/dpkg/status.d/`.

Source: GoogleContainerTools/distroless and the rules_distroless that build such images. Most files have no Status field;
the file's presence says installed.
"""

from collections.abc import Iterator

from hullmark.catalogers.base import Cataloger
from hullmark.catalogers.dpkg import parse_control
from hullmark.model import Package, Problem

# What dpkg keeps beside a control file, under the package's name (dpkg(1), "info" folder).
OTHER = (
    ".conffiles", ".config", ".list", ".md5sums", ".postinst", ".postrm", ".preinst", ".prerm", ".shlibs", ".symbols",
    ".templates", ".triggers",
)  # fmt: skip


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The packages of one control file, nearly always one; nothing for checksum lists and maintainer scripts."""
    if not path.endswith(OTHER):
        yield from parse_control(path, data, "dpkg-status.d")


CATALOGER = Cataloger(name="dpkg-status.d", type="deb", globs=("var/lib/dpkg/status.d/*",), parse=parse)
