"""npm versions: semantic versions in node-semver's loose mode, where `alpha.006` is `alpha.6`."""

from hullmark.versions import Scheme
from hullmark.versions._encoding import Pieces, number
from hullmark.versions.semver import PRERELEASE, RELEASE, encode_numbers, parse_semver, text_identifier


def key(version: str) -> bytes:
    """The order-preserving key of an npm version; raises InvalidVersion."""
    numbers, prerelease, bare = parse_semver(version, "npm")
    return encode_numbers(numbers) + PRERELEASES[prerelease or bare]


def _prerelease(prerelease: str) -> bytes:
    return PRERELEASE + b"".join(map(_identifier, prerelease.split("."))) if prerelease else RELEASE


def _identifier(identifier: str) -> bytes:
    return number(identifier) if identifier.isdigit() else text_identifier(identifier)


PRERELEASES = Pieces(_prerelease)

SCHEME = Scheme(name="npm", key=key, ecosystems=("npm",), types=("npm",))
