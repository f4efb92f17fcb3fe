"""The licences of Debian's packages: `usr/share/doc/<package>/copyright` (Debian Policy 12.5), which every package has.

A package whose folder, or whose file, is a link to another package's has the licence that stands there.
"""

from collections.abc import Iterator

from hullmark.catalogers.base import Cataloger
from hullmark.formats.debian_copyright import licence_of
from hullmark.model import Licensed

MOST_BYTES = 4 * 1024 * 1024  # Chromium's has 2 MiB


def parse(path: str, data: bytes) -> Iterator[Licensed]:
    """The licence that the file states; nothing when it names none."""
    licence = licence_of(data)
    if licence:
        yield Licensed("deb", path.split("/")[-2], licence)


CATALOGER = Cataloger(
    name="debian-copyright",
    type="deb",
    globs=("usr/share/doc/*/copyright",),
    parse=parse,
    max_bytes=MOST_BYTES,
    follows=False,
)
