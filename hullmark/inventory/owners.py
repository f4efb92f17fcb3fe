"""Which OS package put the file there that a package of a language, or a program, was found in.

A file belongs to an OS package when the package's file list names it and the find has been there no longer than since the
layer of that package's version: what was put over it in a later layer is not the OS package's any more.
"""

from collections.abc import Sequence

from hullmark.inventory.spans import Span
from hullmark.inventory.value import OwnedPath
from hullmark.inventory.versions import Versions
from hullmark.purl import OS_TYPES


def owners_of(spans: Sequence[Span], owned: Sequence[OwnedPath], versions: Versions) -> list[str]:
    """For each visible package "type/name" of the OS package, "" where there is none.

    `owned` are the paths that file lists of all layers name. Where several OS packages name a file, the one that came last
    is taken, and of those of one layer the first by name.
    """
    system = OS_TYPES | {item.type for item in owned}
    asked = {span.path for span in spans if span.found.package.type not in system}
    if not owned or not asked:
        return [""] * len(spans)
    since: dict[str, int] = {}
    for span in spans:
        if span.found.package.type in system:
            name = f"{span.found.package.type}/{span.found.package.name}"
            since[name] = max(span.since, since.get(name, 0))
    owners: dict[str, tuple[int, str]] = {}  # by path: the layer, counted from above, and the owner
    for item, path in zip(owned, _real(owned, versions), strict=True):
        name = f"{item.type}/{item.owner}"
        if path in asked and name in since:
            owners[path] = min(owners.get(path, (1, "")), (-since[name], name))
    return [_owner(span, owners, system) for span in spans]


def _owner(span: Span, owners: dict[str, tuple[int, str]], system: frozenset[str]) -> str:
    since, name = owners.get(span.path, (1, ""))
    return name if span.found.package.type not in system and span.since <= -since else ""


def _real(owned: Sequence[OwnedPath], versions: Versions) -> Sequence[str]:
    """The owned paths with the links followed that the finished image has."""
    paths = [item.path for item in owned]
    if versions.links is None:
        return paths
    follow = versions.links.follower(versions.top)
    heads = tuple(f"{link}/" for link in versions.links.targets)
    return [follow(path) if path.startswith(heads) else path for path in paths]
