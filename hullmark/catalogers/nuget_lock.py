"""Lock files of NuGet: `packages.lock.json`, the packages of every target framework."""

from collections.abc import Iterator

from hullmark.catalogers._locked import MOST_BYTES, locked
from hullmark.catalogers.base import Cataloger
from hullmark.catalogers.dotnet_deps import NAMES
from hullmark.formats.json_object import Object, child, parse_object, text
from hullmark.model import Package, Problem


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """What the file pins but for projects of the same solution. Raises CorruptData for what is no JSON object."""
    return locked(path, "nuget-lock", "nuget", _pins(child(parse_object(data), "dependencies")), NAMES)


def _pins(frameworks: Object) -> Iterator[tuple[str, str]]:
    for framework in frameworks:
        for name, entry in child(frameworks, framework).items():
            if isinstance(entry, dict) and text(entry, "type").lower() != "project":
                yield name, text(entry, "resolved")


CATALOGER = Cataloger(name="nuget-lock", type="nuget", globs=("**/packages.lock.json",), parse=parse, max_bytes=MOST_BYTES)
