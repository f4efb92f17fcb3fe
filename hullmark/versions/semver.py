"""Semantic versions 2.0.0 (semver.org, rules 9-11) as crates.io has them; npm and Go add their habits to the same key.

Read leniently: a leading `v` or `=`, missing or further numbers (missing ones are 0), numbers of any length, a prerelease
without its hyphen (`1.20rc1`, but not the range `1.x`), build metadata ignored. The key is the numbers without trailing
zeros, then RELEASE, or PRERELEASE and the identifiers. Numeric identifiers are numbers, and so below all others, which are
text closed by a byte below any of their characters.
"""

import re

from hullmark.versions import Scheme
from hullmark.versions._encoding import MAX_LENGTH, ZERO, Pieces, number, refused, too_long

PRERELEASE = b"\x01"
RELEASE = b"\x02"
NUMBERS = Pieces(number)

_NAME = "semantic"
_TEXT_END = b"\x01"
_IDENTIFIERS = r"[0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*+"
_VERSION = re.compile(
    rf"\s*+[vV=]*+\s*+(?P<numbers>[0-9]++(?:\.[0-9]++)*+)"
    rf"(?:-(?P<pre>{_IDENTIFIERS})|\.?(?![xX](?:[.+]|$))(?P<bare>[A-Za-z][0-9A-Za-z-]*+(?:\.[0-9A-Za-z-]++)*+))?(?:\+{_IDENTIFIERS})?\s*"
)


def parse_semver(version: str, name: str, prefix: str = "") -> tuple[str, str, str]:
    """The dotted numbers, the prerelease, and one without its hyphen (`1.20rc1`); "" for none; raises InvalidVersion.

    `name` is the scheme that an error names, `prefix` a word that may precede the version.
    """
    if len(version) > MAX_LENGTH:
        raise too_long(name, version)
    match = _VERSION.fullmatch(version.removeprefix(prefix))
    if match is None:
        raise refused(name, version, "it is not made of numbers, dots and an optional prerelease")
    numbers, prerelease, bare = match.groups("")
    return numbers, prerelease, bare


def encode_numbers(numbers: str) -> bytes:
    """The key of dotted numbers; trailing zeros do not count."""
    return b"".join(map(NUMBERS.__getitem__, numbers.split("."))).rstrip(ZERO)


def encode_prerelease(prerelease: str) -> bytes:
    """The key of what follows the numbers: identifiers with leading zeros are text, as rule 9 forbids them as numbers."""
    return PRERELEASE + b"".join(map(_strict_identifier, prerelease.split("."))) if prerelease else RELEASE


def text_identifier(identifier: str) -> bytes:
    """The key of an identifier that is compared as ASCII text."""
    return identifier.encode("ascii") + _TEXT_END


def key(version: str) -> bytes:
    """The order-preserving key of a semantic version; raises InvalidVersion."""
    numbers, prerelease, bare = parse_semver(version, _NAME)
    return encode_numbers(numbers) + PRERELEASES[prerelease or bare]


def _strict_identifier(identifier: str) -> bytes:
    numeric = identifier.isdigit() and (identifier == "0" or identifier[0] != "0")
    return number(identifier) if numeric else text_identifier(identifier)


PRERELEASES = Pieces(encode_prerelease)

SCHEME = Scheme(
    name="semver",
    key=key,
    ecosystems=("crates.io", "GHC", "GitHub Actions", "Hex", "Julia", "Kubernetes", "SwiftURL", "VSCode"),
    types=("cargo", "githubactions", "hex", "julia", "swift", "vscode-extension"),
)
