"""Versions of R packages (R's `package_version`): whole numbers between dots and dashes, 1.0 below 1.0.0."""

import re

from hullmark.versions import Scheme
from hullmark.versions._encoding import MAX_LENGTH, Pieces, number, refused, too_long

_VERSION = re.compile(r"[0-9]+(?:[.-][0-9]+)*")
_SEPARATORS = re.compile(r"[.-]")
_NUMBERS = Pieces(number)


def key(version: str) -> bytes:
    """The order-preserving key of an R package's version; raises InvalidVersion."""
    if len(version) > MAX_LENGTH:
        raise too_long("R", version)
    if not _VERSION.fullmatch(version):
        raise refused("R", version, "it is not made of whole numbers, dots and dashes")
    return b"".join(map(_NUMBERS.__getitem__, _SEPARATORS.split(version)))


SCHEME = Scheme(name="cran", key=key, ecosystems=("CRAN",), types=("cran",))
