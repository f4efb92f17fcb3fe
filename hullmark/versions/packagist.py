"""Composer versions, normalised as composer/semver does (VersionParser) and ordered as PHP's `version_compare` orders them.

Up to four numbers (missing ones are 0), then a stability: dev < alpha < beta < RC < none < patch, with its numbers. A word
that PHP does not know is below all of these, and all such words are equal. `1.x-dev` is a branch above every 1.N. Where
Composer reads no version but PHP has an order (`4.3-2`), PHP's is taken. A branch by its name (`dev-main`) has no order.
"""

import re

from hullmark.versions import Scheme
from hullmark.versions._encoding import MAX_LENGTH, ZERO, Pieces, number, refused, too_long

_NAME = "Composer"
_VERSION = re.compile(
    r"\s*+[vV]?+(?P<numbers>[0-9]++(?:\.[0-9]++)*+)(?P<branch>(?:\.[xX*])++(?=[.-]?dev))?(?P<rest>(?!(?:\.x)+$)[0-9a-z._#:~-]*+)"
    r"(?:\+[^\s@]*+)?(?:@(?:stable|RC|beta|alpha|dev))?(?:\s++as\s++\S++)?\s*+",
    re.IGNORECASE,
)
_STABILITY = re.compile(
    r"[._-]?(?:(?P<word>stable|beta|b|rc|alpha|a|patch|pl|p)(?P<numbers>(?:[.-]?[0-9]+)*+))?(?P<dev>[.-]?dev)?"
)
_TOKENS = re.compile(r"[0-9]+|[a-z]+")
_PLACES = 4
_LONGEST_MAJOR = 5  # digits; longer ones are dates, which have no further places
_BRANCH = number("9999999")

# PHP's words, lowest first; the end of the version is between RC and any number, `patch` and its short forms above numbers.
_UNKNOWN, _END, _PATCH = b"\x01", b"\x06", b"\x2a"
_WORDS = {"dev": b"\x02", "alpha": b"\x03", "a": b"\x03", "beta": b"\x04", "b": b"\x04", "rc": b"\x05"}


def key(version: str) -> bytes:
    """The order-preserving key of a Composer version; raises InvalidVersion, for branch names too."""
    if len(version) > MAX_LENGTH:
        raise too_long(_NAME, version)
    match = _VERSION.fullmatch(version)
    if match is None or not version.isascii():
        raise refused(_NAME, version, "it does not begin with a number, and a branch has no order")
    numbers, branch, rest = match.groups("")
    parts = numbers.split(".")
    missing = (_BRANCH if branch else ZERO) * (_PLACES - len(parts)) if len(parts[0].lstrip("0")) <= _LONGEST_MAJOR else b""
    return b"".join(map(_NUMBERS.__getitem__, parts)) + missing + _RESTS[rest]


def _rest(rest: str) -> bytes:
    text = rest.lower()
    match = _STABILITY.fullmatch(text)
    if match and match["word"] == "stable":
        return _END
    return b"".join(map(_token, _TOKENS.findall(text))) + _END


def _token(token: str) -> bytes:
    if token.isdigit():
        return number(token)
    if token.startswith("p"):
        return _PATCH
    return _WORDS.get(token) or next((code for word, code in _WORDS.items() if token.startswith(word)), _UNKNOWN)


_NUMBERS = Pieces(number)
_RESTS = Pieces(_rest)

SCHEME = Scheme(name="packagist", key=key, ecosystems=("Packagist",), types=("composer", "pear"))
