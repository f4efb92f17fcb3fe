"""What package managers leave behind: lists and archives that only make an image larger."""

from collections.abc import Iterator

from hullmark.catalogers.base import Cataloger
from hullmark.model import Exposure


def parse(_path: str, data: bytes) -> Iterator[Exposure]:
    """One exposure a file, with its size."""
    if data:
        yield Exposure("package-cache", f"{len(data):,} bytes")


CATALOGER = Cataloger(
    name="leftovers",
    type="",
    globs=(
        "var/lib/apt/lists/*_Packages", "var/lib/apt/lists/*_Packages.*", "var/cache/apt/archives/*.deb",
        "var/cache/apk/*.apk", "var/cache/apk/APKINDEX.*", "var/cache/dnf/**/*.solv", "var/cache/yum/**/*.sqlite",
        "var/cache/yum/**/*.rpm", "var/cache/dnf/**/*.rpm", "var/cache/pacman/pkg/*.pkg.tar.*",
        "root/.cache/pip/**/*.body", "root/.npm/_cacache/index-v5/*/*/*",
    ),
    parse=parse,
    follows=False,
    max_bytes=256 * 1024 * 1024,
)  # fmt: skip
