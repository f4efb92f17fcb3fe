"""RubyGems versions, ordered as `Gem::Version` orders them (rubygems, lib/rubygems/version.rb).

Numbers and words in turn; `-` is `.pre.`, the empty version is 0. A version goes on with zeros for ever, and a word is below
any number, so a word makes a prerelease. Zeros that end the numbers, or the whole, do not count. The key of a run of zeros
therefore says what ends it: a word (below the end of the version) or a number (above it). A platform at the end, as lock
files write it (`1.15.0-x86_64-linux`), is no part of the version.
"""

import re

from hullmark.versions import Scheme
from hullmark.versions._encoding import MAX_LENGTH, ZERO, Pieces, number, refused, too_long

_NAME = "RubyGems"
_VERSION = re.compile(r"\s*+(?P<numbers>[0-9]++(?:\.[0-9]++)*+)?+(?P<rest>[.A-Za-z-][0-9A-Za-z._-]*+)?+\s*+")
_PLATFORM = re.compile(
    r"-(?:universal|x86|x86_64|x64|i[3-6]86|arm|armv[0-9]+[a-z]*|arm64|aarch64|ppc|ppc64le"
    r"|powerpc|s390x|riscv64|sparc|java|mswin32)"
    r"(?:-(?:linux|darwin|mingw|mswin|window|freebsd|openbsd|netbsd|solaris|aix|cygwin|java)[0-9A-Za-z._-]*)?$"
)
_SEGMENTS = re.compile(r"[0-9]+|[A-Za-z]+")
_EMPTY_PART = re.compile(r"[.-]\.|\.-|[.-]$")
_WORD, _ZERO_BEFORE_WORD, _END = b"\x01", b"\x02", b"\x03"
_NUMBERS = Pieces(number)


def key(version: str) -> bytes:
    """The order-preserving key of a RubyGems version; raises InvalidVersion."""
    if len(version) > MAX_LENGTH:
        raise too_long(_NAME, version)
    match = _VERSION.fullmatch(version)
    if match is None or (version and not match["numbers"]):
        raise refused(_NAME, version, "it is not made of a number and then of letters, digits, dots and hyphens")
    numbers, rest = match.groups("")
    end = _RESTS[rest]
    if not end:
        raise refused(_NAME, version, "a dot or a hyphen has nothing after it")
    return b"".join(map(_NUMBERS.__getitem__, numbers.split("."))).rstrip(ZERO) + end


def _rest(rest: str) -> bytes:
    """The key from the first word on; empty for what is not allowed."""
    rest = _PLATFORM.sub("", rest)
    if _EMPTY_PART.search(rest):
        return b""
    segments = _SEGMENTS.findall(rest.replace("-", ".pre."))
    made, below = [_END], False
    for segment in reversed(segments):
        if segment.isalpha():
            made.append(_WORD + segment.encode("ascii"))
            below = True
        elif segment.strip("0"):
            made.append(number(segment))
            below = False
        elif len(made) > 1:
            made.append(_ZERO_BEFORE_WORD if below else ZERO)
    return b"".join(reversed(made))


_RESTS = Pieces(_rest)

SCHEME = Scheme(name="rubygems", key=key, ecosystems=("RubyGems",), types=("gem",))
