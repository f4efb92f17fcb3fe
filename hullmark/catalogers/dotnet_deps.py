""".NET packages: the `*.deps.json` that a build writes beside a program, and those of the shared runtimes.

Source: dotnet/runtime, docs/design/features/host-component-dependencies-resolution.md. A library counts when the target
gives it files (`runtime`, `native`, `runtimeTargets`, `resources`); one that only groups others leaves nothing on disk. A
runtime that is part of a self-contained program ("runtimepack.Microsoft.NETCore.App.Runtime.linux-x64") or lies in
`shared/<framework>/<version>/` has the name of its NuGet package, under which advisories list it.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats.json_object import child, parse_object, text
from hullmark.formats.problems import bound_problems
from hullmark.model import Package, Problem

NAMES = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}")
FILES = ("runtime", "native", "runtimeTargets", "resources")
RUNTIME_PACK = "runtimepack."
PLACEHOLDER = "_._"  # a file that says "nothing for this framework"

_SHARED = re.compile(r"(?:^|/)shared/(?P<framework>[A-Za-z.]{1,80})/(?P<version>[^/]{1,80})/(?P=framework)\.deps\.json$")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The libraries of the runtime target, in file order; an entry without a version is a Problem. Raises CorruptData."""
    return bound_problems(_packages(path, data))


def _packages(path: str, data: bytes) -> Iterator[Package | Problem]:
    document = parse_object(data)
    target = text(child(document, "runtimeTarget"), "name")
    targets = child(document, "targets")
    if target not in targets:
        raise CorruptData("the file does not hold the target that it names")
    runtime = _shared_runtime(path, target)
    if runtime:
        yield runtime  # whose own libraries are parts of it
        return
    for entry, assets in child(targets, target).items():
        name, _, version = entry.partition("/")
        name = name.removeprefix(RUNTIME_PACK)
        if _has_files(assets):
            yield stated(path, "dotnet-deps", Package("nuget", name, version), NAMES)


def _has_files(assets: object) -> bool:
    if not isinstance(assets, dict):
        return False
    found = [file for kind in FILES for file in child(assets, kind)]
    return any(not file.endswith(PLACEHOLDER) for file in found)


def _shared_runtime(path: str, target: str) -> Package | None:
    """The framework by the folder that the host takes it from: "Microsoft.NETCore.App.Runtime.linux-x64"."""
    found = _SHARED.search(path)
    platform = target.partition("/")[2]
    if found is None or not NAMES.fullmatch(platform):
        return None
    return Package("nuget", f"{found['framework']}.Runtime.{platform}", found["version"])


CATALOGER = Cataloger(name="dotnet-deps", type="nuget", globs=("**/*.deps.json",), parse=parse)
