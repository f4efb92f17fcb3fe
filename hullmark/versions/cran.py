"""R package versions: numbers with dots or hyphens between them, where fewer are below more (R, `package_version`)."""

import re

from hullmark.versions import Scheme
from hullmark.versions._encoding import MAX_LENGTH, Pieces, number, refused, too_long

_VERSION = re.compile(r"[0-9]++(?:[.-][0-9]++)*+")
_END = b"\x01"
_NUMBERS = Pieces(number)


def key(version: str) -> bytes:
    """The order-preserving key of an R package version; raises InvalidVersion."""
    if len(version) > MAX_LENGTH:
        raise too_long("R package", version)
    if not _VERSION.fullmatch(version):
        raise refused("R package", version, "it is not made of numbers with dots or hyphens between them")
    return b"".join(map(_NUMBERS.__getitem__, version.replace("-", ".").split("."))) + _END


SCHEME = Scheme(name="cran", key=key, ecosystems=("CRAN", "Bioconductor"), types=("cran", "bioconductor"))
