"""Packages of older .NET projects: `packages.config`, and the versions that all projects share in `*Packages.props`.

Source: Microsoft, "packages.config reference" and "Central Package Management". A range and a version that MSBuild works
out (`$(Version)`) are no pins.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._locked import MOST_BYTES, locked
from hullmark.catalogers.base import Cataloger
from hullmark.catalogers.dotnet_deps import NAMES
from hullmark.formats.xml import walk
from hullmark.model import Package, Problem

_VERSION = re.compile(r"\[?[ \t]*(\d[0-9A-Za-z.+-]{0,100})[ \t]*\]?")
_SHARED = ("Include", "Update"), "Version"
_ELEMENTS = {"package": (("id",), "version"), "PackageVersion": _SHARED, "PackageReference": _SHARED}


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """What the file pins but for development. Raises CorruptData for what is no XML."""
    pins = _Pins()
    walk(data, pins, "the list of packages")
    return locked(path, CATALOGER.name, "nuget", pins.found, NAMES)


class _Pins:
    """Collects names and versions; both stand in attributes."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        keys, version_key = _ELEMENTS.get(name.rpartition(" ")[2], ((), ""))
        package = next(filter(None, map(attributes.get, keys)), "")
        version = _VERSION.fullmatch(attributes.get(version_key, ""))
        if package and version and attributes.get("developmentDependency", "").lower() != "true":
            self.found.append((package, version[1]))

    def text(self, text: str) -> None:
        """Nothing stands in texts."""

    def end(self, name: str) -> None:
        """Nothing hangs on where an element ends."""


CATALOGER = Cataloger(
    name="nuget-config",
    type="nuget",
    globs=("**/packages.config", "**/*Packages.props"),
    parse=parse,
    max_bytes=MOST_BYTES,
)
