"""Gentoo versions, ordered as the Package Manager Specification orders them (PMS 8, section 3.3, algorithms 3.1 to 3.7).

`N(.N)*[letter](_{alpha|beta|pre|rc|p}[N])*[-rN]`. More numbers are above fewer, then comes the letter, then the suffixes
(alpha < beta < pre < rc < none < p), then the revision. After the first number, one that begins with 0 is compared as a
fraction: as text without the zeros at its end, below every other number.
"""

import re

from hullmark.versions import Scheme
from hullmark.versions._encoding import MAX_LENGTH, ZERO, Pieces, number, refused, too_long

_NAME = "Gentoo"
_VERSION = re.compile(
    r"(?P<first>[0-9]++)(?P<numbers>(?:\.[0-9]++)*+)(?P<letter>[a-z]?+)"
    r"(?P<suffixes>(?:_(?:alpha|beta|pre|rc|p)[0-9]*+)*+)(?:-r(?P<revision>[0-9]++))?"
)
_SUFFIXES = re.compile(r"_([a-z]+)([0-9]*)")
_RANKS = {"alpha": b"\x01", "beta": b"\x02", "pre": b"\x03", "rc": b"\x04", "p": b"\x06"}
_TEXT_END, _END, _LETTER = b"\x00", b"\x05", b"\x07"
_FRACTION = ZERO  # the number 0 is the fraction without digits


def key(version: str) -> bytes:
    """The order-preserving key of a Gentoo version; raises InvalidVersion."""
    if len(version) > MAX_LENGTH:
        raise too_long(_NAME, version)
    match = _VERSION.fullmatch(version)
    if match is None:
        raise refused(_NAME, version, "it is not made of numbers, a letter, suffixes and a revision")
    first, numbers, letter, suffixes, revision = match.groups("")
    further = b"".join(map(_NUMBERS.__getitem__, numbers.split(".")[1:]))
    named = _LETTER + letter.encode("ascii") if letter else b""
    return number(first) + further + named + _SUFFIX_KEYS[suffixes] + _END + number(revision)


def _further(digits: str) -> bytes:
    return _FRACTION + digits.rstrip("0").encode("ascii") + _TEXT_END if digits[0] == "0" else number(digits)


def _suffixes(suffixes: str) -> bytes:
    return b"".join(_RANKS[word] + number(count) for word, count in _SUFFIXES.findall(suffixes))


_NUMBERS = Pieces(_further)
_SUFFIX_KEYS = Pieces(_suffixes)

SCHEME = Scheme(name="ebuild", key=key, ecosystems=(), types=("ebuild",))
