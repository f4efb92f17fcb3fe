"""Go versions: modules (golang.org/x/mod/semver) and the toolchain's own tags, `go1.21rc2`.

A toolchain tag is read as the Go vulnerability database writes it: `go1.21rc2` is 1.21.0-rc.2. Pseudo-versions and
`+incompatible` are plain semantic versions. A short form such as `v1.2` may have neither prerelease nor metadata.
"""

import re

from hullmark.versions import Scheme
from hullmark.versions._encoding import refused
from hullmark.versions.semver import PRERELEASES, encode_numbers, parse_semver

_STAGE = re.compile(r"(alpha|beta|rc)([0-9]+)")


def key(version: str) -> bytes:
    """The order-preserving key of a Go version; raises InvalidVersion, for `(devel)` too."""
    numbers, prerelease, bare = parse_semver(version, "Go", prefix="go")
    if bare:
        stage = _STAGE.fullmatch(bare)
        if stage is None:
            raise refused("Go", version, "only alpha, beta or rc and a number may follow without a hyphen")
        prerelease = f"{stage[1]}.{stage[2]}"
    elif (prerelease or "+" in version) and numbers.count(".") < 2:
        raise refused("Go", version, "a short version has neither prerelease nor metadata")
    return encode_numbers(numbers) + PRERELEASES[prerelease]


SCHEME = Scheme(name="golang", key=key, ecosystems=("Go",), types=("golang",))
