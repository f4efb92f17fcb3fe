"""NuGet versions: SemVer 2.0.0 with a fourth number and without regard to case (NuGet.Versioning, VersionComparer)."""

from hullmark.versions import Scheme
from hullmark.versions.semver import PRERELEASES, encode_numbers, parse_semver


def key(version: str) -> bytes:
    """The order-preserving key of a NuGet version; raises InvalidVersion."""
    numbers, prerelease, bare = parse_semver(version, "NuGet")
    return encode_numbers(numbers) + PRERELEASES[(prerelease or bare).lower()]


SCHEME = Scheme(name="nuget", key=key, ecosystems=("NuGet",), types=("nuget",))
