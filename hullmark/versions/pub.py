"""Dart versions: semantic versions in which build metadata counts, above the same version without it (pub_semver)."""

from hullmark.versions import Scheme
from hullmark.versions.npm import PRERELEASES
from hullmark.versions.semver import encode_numbers, parse_semver

_NO_BUILD, _BUILD = b"\x01", b"\x02"


def key(version: str) -> bytes:
    """The order-preserving key of a Dart version; raises InvalidVersion."""
    numbers, prerelease, bare = parse_semver(version, "Dart")
    build = version.strip().partition("+")[2]
    return encode_numbers(numbers) + PRERELEASES[prerelease or bare] + (_BUILD + PRERELEASES[build] if build else _NO_BUILD)


SCHEME = Scheme(name="pub", key=key, ecosystems=("Pub",), types=("pub",))
