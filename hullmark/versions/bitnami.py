"""Bitnami versions: semantic versions whose number after the hyphen is a revision, above the release (bitnami/go-version).

`1.2.3` < `1.2.3-0` < `1.2.3-1` < `1.2.4`. Where a letter follows the hyphen (`2.6.0-rc1`, as Bitnami's advisories have it
from upstream) it is a prerelease, below the release. Software that nobody packaged (type `generic`) has upstream's versions,
which are those that Bitnami's advisories state, so it is ordered with them.
"""

from hullmark.versions import Scheme
from hullmark.versions.semver import PRERELEASE, PRERELEASES, encode_numbers, parse_semver

_REVISION = b"\x03"  # above RELEASE


def key(version: str) -> bytes:
    """The order-preserving key of a Bitnami version; raises InvalidVersion."""
    numbers, prerelease, bare = parse_semver(version, "Bitnami")
    end = PRERELEASES[prerelease or bare]
    return encode_numbers(numbers) + (_REVISION + end.removeprefix(PRERELEASE) if prerelease[:1].isdigit() else end)


SCHEME = Scheme(name="bitnami", key=key, ecosystems=("Bitnami",), types=("bitnami", "generic"))
