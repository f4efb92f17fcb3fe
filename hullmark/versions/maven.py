"""Maven versions, ordered as Maven 3.8.7 orders them (maven-artifact, ComparableVersion).

A version is a chain of lists: `-`, a change between digits and letters, and a word after a dot open the next one, which is
the last item of the one before. Zeros and release words (`final`, `ga`, `release`) at the end of a list do not count, nor do
empty lists. Where two lists differ, a word is below a list, which is below a number; against the end of the version, what
comes first that is not zero decides. So an item that only carries on (a list, a zero, a release word) has two marks, one
below the end and one above it, after what follows it.

Maven's own comparison is no order in rare mixtures (`1.sp.1` < `1--alpha` < `1` < `1.sp.1`), where no key can follow it. The
keys then keep the comparison with the end.
"""

import re

from hullmark.versions import Scheme
from hullmark.versions._encoding import MAX_LENGTH, ZERO, Pieces, number, refused, too_long

_NAME = "Maven"
_VERSION = re.compile(r"(?P<numbers>[0-9]++(?:\.[0-9]++)*+)?+(?P<rest>[!-~]*+)")
_TOKENS = re.compile(r"[.-]|[0-9]+|[^0-9.-]+")

# The items, lowest first.
_LOW_WORD, _LOW_LIST, _LOW_ZERO, _END, _HIGH_WORD, _HIGH_LIST = (bytes([k]) for k in range(2, 8))
_WORDS = {
    "alpha": b"\x01", "beta": b"\x02", "milestone": b"\x03", "rc": b"\x04", "cr": b"\x04", "snapshot": b"\x05",
}  # fmt: skip
_LOW_RELEASE, _HIGH_RELEASE, _SP, _UNKNOWN, _TEXT_END = b"\x06", b"\x01", b"\x02", b"\x03", b"\x00"
_SHORT = {"a": "alpha", "b": "beta", "m": "milestone"}  # where a number follows at once
_RELEASES = frozenset({"final", "ga", "release"})


def key(version: str) -> bytes:
    """The order-preserving key of a Maven version; raises InvalidVersion for what is not printable ASCII."""
    if len(version) > MAX_LENGTH:
        raise too_long(_NAME, version)
    match = _VERSION.fullmatch(version)
    if match is None or not version:
        raise refused(_NAME, version, "it is empty or has characters that are not printable ASCII")
    numbers, rest = match.groups("")
    end = _RESTS[rest] if numbers else b""
    if end:
        return b"".join(map(_NUMBERS.__getitem__, numbers.split("."))).rstrip(ZERO) + end
    return _chain(_lists(version.lower()))


def _rest(rest: str) -> bytes:
    """The key of what follows the leading numbers; empty when it goes on in their own list (`.final.2`)."""
    first, *others = _lists("1" + rest.lower())
    return _chain([[], *others]) if len(first) == 1 else b""


def _lists(version: str) -> list[list[str]]:
    """The items of each list, as parseVersion cuts them: digits or a word; the next list is the last item of each."""
    lists: list[list[str]] = [[]]
    pending = ""
    for token in _TOKENS.findall(version):
        if token[0] in ".-":
            lists[-1].append(pending or "0")
            lists.extend([[]] if token[0] == "-" else [])
            pending = ""
        else:
            if pending:
                _close(lists, _SHORT.get(pending, pending))
                lists.append([])
            pending = token
    if pending:
        _close(lists, pending)
    return lists


def _close(lists: list[list[str]], item: str) -> None:
    """Add the item; a word gets a list of its own."""
    if lists[-1] and not item.isdigit():
        lists.append([])
    lists[-1].append(item)


def _chain(lists: list[list[str]]) -> bytes:
    """The key of a chain of lists, made from its end, which says whether what comes first that counts is below it."""
    made, low = [_END], False
    for items in reversed(lists):
        if len(made) > 1:
            made.append(_LOW_LIST if low else _HIGH_LIST)
        while items and (items[-1] in _RELEASES or not items[-1].strip("0")):
            items.pop()
        for item in reversed(items):
            code, low = _item(item, low=low)
            made.append(code)
    return b"".join(reversed(made))


def _item(item: str, *, low: bool) -> tuple[bytes, bool]:
    """The key of an item, and whether it and what follows are below the end of the version."""
    if item.isdigit():
        return (_NUMBERS[item], False) if item.strip("0") else (_LOW_ZERO if low else ZERO, low)
    if item in _WORDS:
        return _LOW_WORD + _WORDS[item], True
    if item in _RELEASES:
        return (_LOW_WORD + _LOW_RELEASE if low else _HIGH_WORD + _HIGH_RELEASE), low
    return _HIGH_WORD + (_SP if item == "sp" else _UNKNOWN + item.encode("ascii") + _TEXT_END), False


_NUMBERS = Pieces(number)
_RESTS = Pieces(_rest)

SCHEME = Scheme(name="maven", key=key, ecosystems=("Maven",), types=("maven",))
