"""Haskell package versions: dotted numbers, where fewer are below more, `1.0` < `1.0.0` (Cabal, Distribution.Version)."""

import re

from hullmark.versions import Scheme
from hullmark.versions._encoding import MAX_LENGTH, Pieces, number, refused, too_long

_VERSION = re.compile(r"[0-9]++(?:\.[0-9]++)*+")
_END = b"\x01"
_NUMBERS = Pieces(number)


def key(version: str) -> bytes:
    """The order-preserving key of a Haskell package version; raises InvalidVersion."""
    if len(version) > MAX_LENGTH:
        raise too_long("Haskell package", version)
    if not _VERSION.fullmatch(version):
        raise refused("Haskell package", version, "it is not made of numbers with dots between them")
    return b"".join(map(_NUMBERS.__getitem__, version.split("."))) + _END


SCHEME = Scheme(name="hackage", key=key, ecosystems=("Hackage",), types=("hackage",))
