"""From a layer's contents to what it is kept as: what was found, packages with the keys of their versions, and the names."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from hullmark.errors import InvalidVersion
from hullmark.formats.problems import MOST
from hullmark.inventory.contents import Contents
from hullmark.inventory.value import Finds, FoundPackage, Names, OwnedPath
from hullmark.layers.tar import OTHER
from hullmark.model import Distro, Exposure, Licensed, Package, Problem
from hullmark.uncompared import more_without_order, without_order
from hullmark.versions import key, keys, scheme_of_type

Find = TypeVar("Find")
Item = tuple[str, str, Find]  # path, cataloger, find
BUILT_HERE = "(devel)"  # Go's word for a main module that was built from its work tree: nobody advises about it


def catalogue(contents: Contents, wants: Callable[[str], bool]) -> tuple[Finds, Names]:
    """What the layer holds; `wants` says whether some cataloger wants a path."""
    items = list(contents.found.items())
    packages, unordered = _packages(_of(Package, items))
    problems = [item for _, _, item in items if isinstance(item, Problem)] + unordered
    found = Finds(
        packages,
        _of(Distro, items),
        [Problem(*values) for values in sorted({(item.path, item.cataloger, item.reason) for item in problems})],
        _of(Exposure, items),
        _of(Licensed, items),
        contents.names_of_one_file(),
        _owned(contents, wants),
    )
    return found, _names(contents)


def _of(kind: type[Find], items: Sequence[Item[object]]) -> list[Item[Find]]:
    return [(path, cataloger, item) for path, cataloger, item in items if isinstance(item, kind)]


def _packages(items: Sequence[Item[Package]]) -> tuple[list[FoundPackage], list[Problem]]:
    """The packages, and a Problem for each whose version has no key."""
    types = [package.type for _, _, package in items]
    own = _keys(types, [package.version for _, _, package in items])
    sources = _keys(types, [package.source_version or None for _, _, package in items])
    rows = [FoundPackage(*item, *pair) for item, pair in zip(items, zip(own, sources, strict=True), strict=True)]
    return rows, _unordered(rows)


def _unordered(rows: Sequence[FoundPackage]) -> list[Problem]:
    """A Problem for each package without a key, at most MOST of them a file and then one that counts the rest."""
    told: Counter[tuple[str, str]] = Counter()
    problems = []
    for path, cataloger, package, key_, source in rows:
        reason = _why(package) if (source if package.source_version else key_) is None else ""
        if reason:
            told[path, cataloger] += 1
            if told[path, cataloger] <= MOST:
                problems.append(Problem(path, cataloger, reason))
    for (path, cataloger), count in told.items():
        if count > MOST:
            problems.append(Problem(path, cataloger, more_without_order(count - MOST)))
    return problems


def _keys(types: Sequence[str], versions: Sequence[str | None]) -> list[bytes | None]:
    """The key of each version under the scheme of its type; None where there is no version, no scheme or no order."""
    made: list[bytes | None] = [None] * len(types)
    for kind in set(types):
        scheme = scheme_of_type(kind)
        if scheme:
            at = [index for index, value in enumerate(types) if value == kind]
            for index, value in zip(at, keys(scheme, [versions[index] for index in at]), strict=True):
                made[index] = value
    return made


def _why(package: Package) -> str:
    scheme = scheme_of_type(package.type)
    if scheme is None or package.version == BUILT_HERE:
        return ""
    try:
        key(scheme, package.source_version or package.version)
    except InvalidVersion as error:
        return without_order(package.name, error)
    return ""


def _owned(contents: Contents, wants: Callable[[str], bool]) -> list[OwnedPath]:
    """The owned paths at which anything can be found: those that are wanted, or in which this layer has a find.

    A list may name a file by the folder that it had before /usr was merged, or after.
    """
    finds = {_merged(path) for path in contents.found.by_content} | {
        _merged(path) for path, _ in contents.names_of_one_file()
    }
    return [
        OwnedPath(owned, kind, item.owner, stated)
        for stated, lists in sorted(contents.found.owned.items())
        for kind, item in lists
        for owned in item.paths
        if _merged(owned) in finds or wants(owned)
    ]


def _merged(path: str) -> str:
    return path.removeprefix("usr/")


def _names(contents: Contents) -> Names:
    kinds = {path: "file" if kind == OTHER else kind for path, kind in sorted(contents.names.items())}
    return Names(
        kinds, contents.targets, contents.whiteouts, contents.opaque, contents.wanted & kinds.keys(), contents.facts
    )
