"""Conda versions, ordered as conda orders them (conda/models/version.py, VersionOrder).

`[N!]part(.part)*[+local]`, where `_` and `-` are dots and a part is numbers and words in turn, beginning with a number (0 if
it begins with a word). Parts and what they are made of go on with zeros for ever; a word is below any number, `dev` below
other words, `post` above all. So what only carries on, a zero or the end of a part, has two marks, one below the end of the
version and one above it, after what follows it.
"""

import re

from hullmark.versions import Scheme
from hullmark.versions._encoding import MAX_LENGTH, ZERO, number, refused, too_long

_NAME = "conda"
_PARTS = r"[0-9a-z*]++(?:[._-][0-9a-z*]++)*+"
_VERSION = re.compile(
    rf"\s*+(?:(?P<epoch>[0-9]++)!)?(?P<parts>{_PARTS}[_-]?+)(?:\+(?P<local>{_PARTS}))?\s*+",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[._-](?!$)")
_ITEMS = re.compile(r"[0-9]+|[*]+|[^0-9*]+")

# The items, lowest first; a word is closed by the byte below it.
_WORD_END, _WORD, _LOW_ZERO, _LOW_DOT, _END, _HIGH_DOT, _POST = b"\x00", b"\x01", b"\x02", b"\x03", b"\x04", b"\x05", b"\x2a"


def key(version: str) -> bytes:
    """The order-preserving key of a conda version; raises InvalidVersion."""
    if len(version) > MAX_LENGTH:
        raise too_long(_NAME, version)
    match = _VERSION.fullmatch(version)
    if match is None or not version.isascii():
        raise refused(_NAME, version, "it is not made of parts of letters and digits with dots between them")
    epoch, parts, local = match.groups("")
    return number(epoch) + _parts(parts.lower()) + _parts(local.lower())


def _parts(text: str) -> bytes:
    """The key of some parts, made from their end, which says whether what comes first that is not zero is below it."""
    made, low = [_END], False
    for part in reversed(_SEPARATORS.split(text.replace("-", "_"))):
        if len(made) > 1:
            made.append(_LOW_DOT if low else _HIGH_DOT)
        items, start = _ITEMS.findall(part), len(made)
        for item in reversed(items if part[:1].isdigit() else ["0", *items]):
            if item.strip("0") or len(made) > start:
                code, low = _item(item, low=low)
                made.append(code)
    return b"".join(reversed(made))


def _item(item: str, *, low: bool) -> tuple[bytes, bool]:
    if item.isdigit():
        return (number(item), False) if item.strip("0") else (_LOW_ZERO if low else ZERO, low)
    if item == "post":
        return _POST, False
    return _WORD + ("DEV" if item == "dev" else item).encode("ascii") + _WORD_END, True


SCHEME = Scheme(name="conda", key=key, ecosystems=(), types=("conda",))
