"""Alpine package versions, ordered as apk-tools 3 orders them (src/version.c, doc/apk-package.5).

`number{.number}[letter]{_suffix[number]}[~hash][-rN]`. apk compares token by token; where two versions have tokens of
different kinds, the kind decides, except that a prerelease suffix is always the lower one. Each token's key is therefore its
kind and its value, with the kinds numbered so. After the first number, a number with a leading zero is compared as text,
which puts it below all others.

Like `apk version -t` this ranks what is not valid, too: the first token that does not fit closes the key with INVALID, below
the version that ends there. Old packages with a number after the letter (sudo 1.9.5p2) have it compared. A version that
begins with a letter is above all others, as OSV has it.
"""

import re

from hullmark.versions import Scheme
from hullmark.versions._encoding import MAX_LENGTH, Pieces, number, refused, too_long

_NAME = "Alpine"
_VERSION = re.compile(
    r"(?=[0-9.])(?P<first>[0-9]*+)(?P<numbers>(?:\.++[0-9]*+|[a-z][0-9]++)*+[a-z]?+)"
    r"(?P<suffixes>(?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)(?![a-z])[0-9]*+)*+)"
    r"(?P<hash>~[0-9a-f]++)?+(?P<revision>-r(?![a-z])[0-9]*+)?+"
)
_TOKENS = re.compile(r"\.+[0-9]*|[a-z][0-9]*|_[a-z]+[0-9]*")
_PRINTABLE = re.compile(r"[!-~]+")
_PRERELEASES = {"alpha": b"\x01", "beta": b"\x02", "pre": b"\x03", "rc": b"\x04"}
_POSTRELEASES = {"cvs": b"\x01", "svn": b"\x02", "git": b"\x03", "hg": b"\x04", "p": b"\x05"}

# The kinds of token, lowest first, and the marks inside a value (below any digit, letter or number).
_PRERELEASE, _INVALID, _END, _REVISION, _HASH, _SUFFIX_NUMBER, _POSTRELEASE, _LETTER, _NUMBER = (
    bytes([k]) for k in range(1, 10)
)
_ZERO_LED, _TEXT_END, _WORD = b"\x07", b"\x00", b"\xff"


def key(version: str) -> bytes:
    """The order-preserving key of an Alpine version; raises InvalidVersion for what cannot begin a version."""
    if len(version) > MAX_LENGTH:
        raise too_long(_NAME, version)
    if not _PRINTABLE.fullmatch(version):
        raise refused(_NAME, version, "it is empty or has characters that are not printable ASCII")
    if version[0].isalpha():
        return _WORD + version.encode("ascii")
    match = _VERSION.match(version)
    if match is None:
        raise refused(_NAME, version, "it does not begin with a number")
    first, numbers, suffixes, commit, revision = match.groups("")
    body = b"".join(map(_TOKEN_KEYS.__getitem__, _TOKENS.findall(numbers + suffixes)))
    end = _END if match.end() == len(version) else _INVALID
    return _NUMBERS[first] + body + _commit(commit) + _revision(revision) + end


def _token(token: str) -> bytes:
    if token[0] == ".":
        return _dotted(token)
    text = token.rstrip("0123456789")
    count = token[len(text) :]
    if text[0] != "_":
        return _LETTER + text.encode("ascii") + (_NUMBER + number(count) if count else b"")
    word = text[1:]
    kind = _PRERELEASE + _PRERELEASES[word] if word in _PRERELEASES else _POSTRELEASE + _POSTRELEASES[word]
    return kind + (_SUFFIX_NUMBER + number(count) if count else b"")


def _dotted(token: str) -> bytes:
    """A dot before another dot is an empty number, between 0 and 1; a last one without a number is invalid."""
    digits = token.lstrip(".")
    empty = (_NUMBER + number("")) * (len(token) - len(digits) - 1)
    if not digits:
        return empty + _INVALID
    return empty + _NUMBER + (_ZERO_LED + digits.encode("ascii") + _TEXT_END if digits[0] == "0" else number(digits))


def _commit(commit: str) -> bytes:
    return _HASH + commit[1:].encode("ascii") + _TEXT_END if commit else b""


def _revision(revision: str) -> bytes:
    return _REVISION + number(revision[2:]) if revision else b""


_NUMBERS = Pieces(number)
_TOKEN_KEYS = Pieces(_token)

SCHEME = Scheme(
    name="apk",
    key=key,
    ecosystems=("Alpine", "Alpaquita", "BellSoft Hardened Containers", "Chainguard", "CleanStart", "MinimOS", "Wolfi"),
    types=("apk",),
)
