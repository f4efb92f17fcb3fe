"""Debian versions: `[epoch:]upstream[-revision]`, ordered as deb-version(7) and dpkg's lib/dpkg/version.c order them.

Each part is a run of (text, number) pairs. In the text `~` is below the end of the text, which is below letters, which are
below all else. The key of a part is its pairs and one END: every text is closed by its number, whose first byte lies between
`~` and the letters, so that comparing bytes is dpkg's loop. Like dpkg itself, only a version without a defined order is
refused; characters that Debian's policy forbids are not.
"""

import re

from hullmark.versions import Scheme
from hullmark.versions._encoding import MAX_LENGTH, ZERO, Pieces, number, refused, too_long

_NAME = "Debian"
_PAIRS = re.compile(r"[^0-9]+[0-9]*|[0-9]+")
_TILDE = 0x01
_END = b"\x02"
_NO_REVISION = ZERO + _END  # which equals revision 0
_ORDER = {code: code if chr(code).isalpha() else code + 0x80 for code in range(0x21, 0x7F)} | {ord("~"): _TILDE}


def key(version: str) -> bytes:
    """The order-preserving key of a Debian version; raises InvalidVersion where dpkg reports an error."""
    if len(version) > MAX_LENGTH:
        raise too_long(_NAME, version)
    try:
        return _key(version.strip())
    except KeyError:
        raise refused(_NAME, version, "it has a character that is not printable ASCII") from None
    except ValueError as error:
        raise refused(_NAME, version, str(error)) from None


def _key(upstream: str) -> bytes:
    epoch, revision = ZERO, _NO_REVISION
    if ":" in upstream:
        digits, _, upstream = upstream.partition(":")
        epoch = _epoch(digits)
    if "-" in upstream:
        upstream, _, text = upstream.rpartition("-")
        if not text:
            raise ValueError("nothing follows its last hyphen")
        revision = _REVISIONS[text]
    if not upstream:
        raise ValueError("it has no upstream version")
    return epoch + b"".join(map(_PIECES.__getitem__, _PAIRS.findall(upstream))) + _END + revision


def _epoch(digits: str) -> bytes:
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError("what precedes its first colon is no number")
    return number(digits)


def _revision(text: str) -> bytes:
    return b"".join(map(_PIECES.__getitem__, _PAIRS.findall(text))) + _END


def _pair(piece: str) -> bytes:
    text = piece.rstrip("0123456789")
    return bytes([_ORDER[ord(character)] for character in text]) + number(piece[len(text) :])


_PIECES = Pieces(_pair)
_REVISIONS = Pieces(_revision)

SCHEME = Scheme(name="dpkg", key=key, ecosystems=("Debian", "Ubuntu", "Echo", "opam"), types=("deb", "opam", "opkg"))
