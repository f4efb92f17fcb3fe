"""Arch versions: `[epoch:]pkgver[-pkgrel]`, ordered as pacman orders them (lib/libalpm/version.c, vercmp(8)).

A part is a run of numbers and words with separators between them, and more separators are above fewer. A word right after a
number makes a prerelease (`1.0rc` < `1.0`), one after a separator does not (`1.0` < `1.0.a` < `1.0.1`). In two places
vercmp's answers are no order. It ignores the pkgrel where one side has none; here a version without one is below the same
version with one. And it goes round in a circle where a part ends in separators (`0_` < `0.1` < `0..a` < `0_`); here such a
part stands where it stands among those with one separator (`0.a` < `0_` = `0__` < `0.1`).
"""

import re

from hullmark.versions import Scheme
from hullmark.versions._encoding import MAX_LENGTH, Pieces, number, refused, too_long

_NAME = "Arch"
_VERSION = re.compile(r"(?:(?P<epoch>[0-9]*+):)?+(?P<pkgver>[!-~]+?)(?:-(?P<pkgrel>[!-,.-~]++))?")
_PIECES = re.compile(r"[^0-9A-Za-z]*(?:[0-9]+|[A-Za-z]+)|[^0-9A-Za-z]+")
_SEPARATORS = re.compile(r"[^0-9A-Za-z]*")
_NO_RELEASE, _WORD, _END, _SEPARATED = b"\x00", b"\x01", b"\x02", b"\x2a"


def key(version: str) -> bytes:
    """The order-preserving key of an Arch version; raises InvalidVersion for what is not printable ASCII."""
    if len(version) > MAX_LENGTH:
        raise too_long(_NAME, version)
    match = _VERSION.fullmatch(version)
    if match is None:
        raise refused(_NAME, version, "it is empty or has characters that are not printable ASCII")
    epoch, pkgver, pkgrel = match.groups()
    return number(epoch or "") + _part(pkgver) + (_part(pkgrel) if pkgrel else _NO_RELEASE)


def _part(part: str) -> bytes:
    return b"".join(map(_KEYS.__getitem__, _PIECES.findall(part))) + _END


def _piece(piece: str) -> bytes:
    """A word needs no end of its own: whatever follows it begins below any letter."""
    text = _SEPARATORS.sub("", piece, count=1)
    count = len(piece) - len(text)
    separated = _SEPARATED + number(str(count) if text else "1") if count else b""
    return separated + (number(text) if text.isdigit() else _WORD + text.encode("ascii") if text else b"")


_KEYS = Pieces(_piece)

SCHEME = Scheme(name="alpm", key=key, ecosystems=(), types=("alpm",))
