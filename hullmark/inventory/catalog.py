"""From a layer's contents to its rows: what was found, versions with their keys, and the names."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import TypeVar

import orjson
import pyarrow as pa

from hullmark.errors import InvalidVersion
from hullmark.formats.problems import MOST
from hullmark.inventory.contents import Contents
from hullmark.lake.schema import LAYER_OBJECT
from hullmark.layers.tar import OTHER
from hullmark.model import Distro, Exposure, Licensed, Package, Problem
from hullmark.versions import key, keys, scheme_of_type

Find = TypeVar("Find")
BUILT_HERE = "(devel)"  # Go's word for a main module that was built from its work tree: nobody advises about it
STATED = (
    "type", "name", "version", "arch", "source_name", "source_version", "licence", "vendor", "modularity", "cpe", "origin",
    "inner",
)  # fmt: skip


@dataclass(slots=True)
class Rows:
    """What was found in one layer, by kind, each in the order of paths."""

    packages: list[tuple[str, str, Package]]  # path, cataloger, package
    distros: list[tuple[str, str, Distro]]
    problems: list[Problem]
    exposures: list[tuple[str, str, Exposure]]
    licences: list[tuple[str, str, Licensed]]


def catalogue(contents: Contents, wants: Callable[[str], bool]) -> pa.Table:
    """The layer's rows (LAYER_OBJECT): what was found, then every name, each kind by path.

    `wants` says whether some cataloger wants a path.
    """
    found = Rows([], [], [], [], [])
    for path, cataloger, item in contents.found.items():
        if isinstance(item, Package):
            found.packages.append((path, cataloger, item))
        elif isinstance(item, Distro):
            found.distros.append((path, cataloger, item))
        elif isinstance(item, Problem):
            found.problems.append(item)
        elif isinstance(item, Exposure):
            found.exposures.append((path, cataloger, item))
        elif isinstance(item, Licensed):
            found.licences.append((path, cataloger, item))
    packages = _packages(found)  # which may add problems
    problems = sorted({(item.path, item.cataloger, item.reason) for item in found.problems})
    stated = [
        packages,
        _finds("distro", found.distros, detail=lambda distro: orjson.dumps(asdict(distro)).decode()),
        _finds("problem", problems, detail=str),
        _finds("exposure", found.exposures, name=attrgetter("kind"), detail=attrgetter("evidence")),
        _finds("licence", found.licences, type=attrgetter("type"), name=attrgetter("name"), licence=attrgetter("licence")),
    ]
    return pa.concat_tables([*stated, _aliases(contents), _owned(contents, wants), _names(contents)]).combine_chunks()


def _packages(found: Rows) -> pa.Table:
    """Package rows; one whose version has no key gets a Problem as well, at most MOST of them a file."""
    rows = found.packages
    columns = {name: [getattr(package, name) for _, _, package in rows] for name in STATED}
    columns["path"] = [path for path, _, _ in rows]
    columns["cataloger"] = [cataloger for _, cataloger, _ in rows]
    version_keys = _keys(columns["type"], columns["version"])
    source_keys = _keys(columns["type"], [version or None for version in columns["source_version"]])
    _report_unordered(
        found,
        [source if row[2].source_version else own for row, own, source in zip(rows, version_keys, source_keys, strict=True)],
    )
    return _table("package", len(rows), **columns, version_key=version_keys, source_version_key=source_keys)


def _report_unordered(found: Rows, made: Sequence[bytes | None]) -> None:
    """A Problem for each package without a key, at most MOST of them a file and then one that counts the rest."""
    told: Counter[tuple[str, str]] = Counter()
    for at in (at for at, value in enumerate(made) if value is None):
        path, cataloger, package = found.packages[at]
        reason = _why(package)
        if reason:
            told[path, cataloger] += 1
            if told[path, cataloger] <= MOST:
                found.problems.append(Problem(path, cataloger, reason))
    for (path, cataloger), count in told.items():
        if count > MOST:
            reason = f"{count - MOST} more packages of this file have versions without an order"
            found.problems.append(Problem(path, cataloger, reason))


def _keys(types: list[str], versions: list[str] | list[str | None]) -> list[bytes | None]:
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
        return f"{package.name} is looked for in lists of versions only, not in ranges: {error}"
    return ""


def _finds(kind: str, rows: Sequence[tuple[str, str, Find]], **columns: Callable[[Find], str]) -> pa.Table:
    """Rows of finds: path, cataloger, and columns that are made of the find."""
    paths, catalogers = [path for path, _, _ in rows], [cataloger for _, cataloger, _ in rows]
    made = {name: [value(item) for _, _, item in rows] for name, value in columns.items()}
    return _table(kind, len(rows), path=paths, cataloger=catalogers, **made)


def _aliases(contents: Contents) -> pa.Table:
    pairs = list(contents.aliases.pairs())
    return _table("alias", len(pairs), path=[path for path, _ in pairs], target=[target for _, target in pairs])


def _owned(contents: Contents, wants: Callable[[str], bool]) -> pa.Table:
    """The owned paths at which anything can be found: those that are wanted, or in which this layer has a find.

    A list may name a file by the folder that it had before /usr was merged, or after.
    """
    finds = {_merged(path) for path in contents.found.by_content} | {_merged(path) for path, _ in contents.aliases.pairs()}
    rows = [
        (owned, kind, item.owner, stated)
        for stated, lists in sorted(contents.found.owned.items())
        for kind, item in lists
        for owned in item.paths
        if _merged(owned) in finds or wants(owned)
    ]
    path, kinds, owners, targets = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [], [])
    return _table("owned", len(rows), path=path, type=kinds, name=owners, target=targets)


def _merged(path: str) -> str:
    return path.removeprefix("usr/")


def _names(contents: Contents) -> pa.Table:
    """Every name, sorted by path, so that neighbours compress well; whiteouts and opaque folders first."""
    hidden = [("whiteout", path) for path in sorted(contents.whiteouts)]
    hidden += [("opaque", path) for path in sorted(contents.opaque)]
    paths = sorted(contents.names)
    facts = [contents.facts.get(path) for path in paths]
    nothing: list[None] = [None] * len(hidden)
    kinds = [contents.names[path] for path in paths]
    return _table(
        [kind for kind, _ in hidden] + ["file" if kind == OTHER else kind for kind in kinds],
        len(hidden) + len(paths),
        path=[path for _, path in hidden] + paths,
        target=[*nothing, *map(contents.targets.get, paths)],
        wanted=[False] * len(hidden) + [path in contents.wanted for path in paths],
        size=[*nothing, *(item[0] if item else None for item in facts)],
        mode=[*nothing, *(item[1] if item else None for item in facts)],
    )


def _table(
    kind: str | list[str],
    count: int,
    **columns: list[str] | list[str | None] | list[bytes | None] | list[int | None] | list[bool],
) -> pa.Table:
    """Rows of LAYER_OBJECT; columns that are not given are null."""
    given: dict[str, object] = {**columns, "kind": [kind] * count if isinstance(kind, str) else kind}
    arrays = [
        pa.array(given[field.name], field.type) if field.name in given else pa.nulls(count, field.type)
        for field in LAYER_OBJECT
    ]
    return pa.Table.from_arrays(arrays, schema=LAYER_OBJECT)
