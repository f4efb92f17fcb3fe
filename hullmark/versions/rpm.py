"""RPM versions: `[epoch:]version[-release]`, ordered as rpm 4.18 orders them (rpmio/rpmvercmp.c, rpmio/rpmver.c).

A part is a run of numbers, words, `~` and `^`; everything else only separates. Where two parts differ, `~` is below the end,
which is below `^`, which is below a word, which is below a number, and the marks are numbered so. No epoch is epoch 0; a
version without a release is below the same one with a release. Like rpm itself this has an order for nearly any text, the
empty one too.
"""

import re

from hullmark.versions import Scheme
from hullmark.versions._encoding import MAX_LENGTH, ZERO, Pieces, number, refused, too_long

_NAME = "RPM"
_REFUSED = re.compile(r"[\x00-\x20\x7f]")
_PIECES = re.compile(r"[^0-9]+[0-9]*|[0-9]+")
_TOKENS = re.compile(r"[0-9]+|[A-Za-z]+|[~^]")
_NO_RELEASE, _END = b"\x00", b"\x02"
_MARKS = {"~": b"\x01", "^": b"\x03"}
_WORD = b"\x04"


def key(version: str) -> bytes:
    """The order-preserving key of an RPM version; raises InvalidVersion for one with spaces or control characters."""
    if len(version) > MAX_LENGTH:
        raise too_long(_NAME, version)
    if _REFUSED.search(version):
        raise refused(_NAME, version, "it has a space or a control character")
    epoch, end, upstream = ZERO, _NO_RELEASE, version
    if ":" in upstream:
        digits, _, rest = upstream.partition(":")
        if not digits.strip("0123456789"):
            epoch, upstream = number(digits), rest
    if "-" in upstream:
        upstream, _, release = upstream.rpartition("-")
        end = _RELEASES[release]
    return epoch + b"".join(map(_KEYS.__getitem__, _PIECES.findall(upstream))) + _END + end


def _release(release: str) -> bytes:
    return b"".join(map(_KEYS.__getitem__, _PIECES.findall(release))) + _END


def _piece(piece: str) -> bytes:
    return b"".join(map(_token, _TOKENS.findall(piece)))


def _token(token: str) -> bytes:
    """A word needs no end of its own: whatever follows it begins below any letter."""
    if token.isdigit():
        return number(token)
    return _MARKS.get(token) or _WORD + token.encode("ascii")


_KEYS = Pieces(_piece)
_RELEASES = Pieces(_release)

SCHEME = Scheme(
    name="rpm",
    key=key,
    ecosystems=(
        "AlmaLinux", "Amazon Linux", "Azure Linux", "CentOS", "Fedora", "Mageia", "Oracle Linux", "Photon OS", "Red Hat",
        "Rocky Linux", "SUSE", "openEuler", "openSUSE",
    ),
    types=("rpm",),
)  # fmt: skip
