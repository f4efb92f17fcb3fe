"""The fallback for types that nobody defines an order for: numbers, then words that everybody uses in the same sense.

Dotted numbers (zeros at their end do not count), a leading `v`, build metadata ignored. A prerelease word after them puts
the version below (`1.7rc2`, `1.2-beta.3`), anything else above (`1.1.1w`, `9.6p1`, `1.2-4`). What follows is compared
identifier by identifier as semver.org does, and a word with a number in it (`rc10`) by the word and the number. It is named
`generic` wherever it is used, since it is nobody's own rule; what does not begin with a number is refused.
"""

import re

from hullmark.versions import Scheme
from hullmark.versions._encoding import MAX_LENGTH, ZERO, Pieces, number, refused, too_long

_NAME = "generic"
_VERSION = re.compile(r"\s*+[vV]?+(?P<numbers>[0-9]++(?:\.[0-9]++)*+)(?P<rest>[!-*,-~]*+)(?:\+[!-~]*+)?\s*+")
_SEPARATORS = "-._~"
_PRERELEASE = re.compile(
    r"[-._~]?(?:alpha|a(?=[.-]?[0-9])|beta|b(?=[.-]?[0-9])|c(?=[0-9])|rc|cr|pre|preview|dev|snapshot|m(?=[0-9])|milestone"
    r"|ea|nightly|canary|next|insiders?)(?![a-z])|~",
    re.IGNORECASE,
)
_PIECES = re.compile(r"[0-9]+|[^0-9]+")
_BEFORE, _RELEASE, _AFTER, _WORD, _WORD_END = b"\x01", b"\x02", b"\x03", b"\x2a", b"\x01"
_NUMBERS = Pieces(number)


def key(version: str) -> bytes:
    """The order-preserving key of a version of a type without an order of its own; raises InvalidVersion."""
    if len(version) > MAX_LENGTH:
        raise too_long(_NAME, version)
    match = _VERSION.fullmatch(version)
    if match is None:
        raise refused(_NAME, version, "it does not begin with a number, or is not printable ASCII")
    numbers, rest = match.groups()
    return b"".join(map(_NUMBERS.__getitem__, numbers.split("."))).rstrip(ZERO) + _RESTS[rest]


def _rest(rest: str) -> bytes:
    if not rest:
        return _RELEASE
    identifiers = rest.lstrip(_SEPARATORS).lower().split(".")
    return (_BEFORE if _PRERELEASE.match(rest) else _AFTER) + b"".join(map(_identifier, identifiers))


def _identifier(identifier: str) -> bytes:
    if identifier.isdigit():
        return number(identifier)
    return _WORD + b"".join(map(_piece, _PIECES.findall(identifier))) + _WORD_END


def _piece(piece: str) -> bytes:
    return number(piece) if piece.isdigit() else piece.encode("ascii") + _WORD_END


_RESTS = Pieces(_rest)

SCHEME = Scheme(name="generic", key=key, ecosystems=(), types=())
