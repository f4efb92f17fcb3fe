"""From a layer's contents to its rows: parse what was kept, give versions their keys, list the names."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import orjson
import pyarrow as pa

from hullmark.catalogers.base import Cataloger, Find
from hullmark.errors import HullmarkError, InvalidVersion, LimitExceeded
from hullmark.formats.problems import MOST
from hullmark.inventory.contents import Contents
from hullmark.inventory.globs import Matcher
from hullmark.lake.schema import LAYER_OBJECT
from hullmark.layers.tar import OTHER
from hullmark.model import Distro, Package, Problem
from hullmark.settings import Limits
from hullmark.versions import key, keys, scheme_of_type

Row = tuple[str, ...]
STATED = (
    "type", "name", "version", "arch", "source_name", "source_version", "licence", "vendor", "modularity", "cpe", "origin",
    "inner",
)  # fmt: skip


class Found:
    """What the catalogers found in one layer, in the order of paths."""

    def __init__(self, limits: Limits, owner: str) -> None:
        self.packages: list[tuple[str, str, Package]] = []  # path, cataloger, package
        self.problems: list[Problem] = []
        self.distros: list[tuple[str, str, Distro]] = []
        self._limits = limits
        self._owner = owner

    def read(self, cataloger: Cataloger, path: str, data: bytes) -> None:
        """Run one cataloger over one file; what it raises becomes one Problem, what it had yielded stays."""
        if cataloger.max_bytes and len(data) > cataloger.max_bytes:
            reason = f"the file has {len(data)} bytes, more than are read of such a file"
            self.problems.append(Problem(path, cataloger.name, reason))
            return
        try:
            self._take(cataloger, path, cataloger.parse(path, data))
        except LimitExceeded:
            raise
        except (HullmarkError, ValueError, RecursionError) as error:
            reason = str(error) if isinstance(error, HullmarkError) else f"it cannot be parsed ({type(error).__name__})"
            self.problems.append(Problem(path, cataloger.name, reason))

    def _take(self, cataloger: Cataloger, path: str, items: Iterator[Find]) -> None:
        seen: set[Row] = set()
        for item in items:
            if isinstance(item, Package):
                identity = (item.type, item.name, item.version, item.arch)
                if identity not in seen:
                    seen.add(identity)
                    self._add(path, cataloger.name, item)
            elif isinstance(item, Problem):
                self.problems.append(item)
            elif isinstance(item, Distro):
                self.distros.append((path, cataloger.name, item))

    def _add(self, path: str, cataloger: str, package: Package) -> None:
        self.packages.append((path, cataloger, package))
        if len(self.packages) > self._limits.packages:
            raise LimitExceeded(f"{self._owner} has more than {self._limits.packages} packages; raise the limit packages")


def catalogue(contents: Contents, matcher: Matcher, limits: Limits, owner: str) -> pa.Table:
    """The layer's rows (LAYER_OBJECT): packages, distros and problems by path, then every name by path."""
    found = Found(limits, owner)
    for problems in contents.problems.values():
        found.problems.extend(problems)
    for path in sorted(contents.kept):
        data = contents.kept[path].data
        if data is not None:
            for cataloger in matcher.catalogers_of(path):
                found.read(cataloger, path, data)
    packages = _packages(found)
    parts = [packages, _distros(found), _problems(found), _names(contents)]
    return pa.concat_tables(parts).combine_chunks()


def _packages(found: Found) -> pa.Table:
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


def _report_unordered(found: Found, made: Sequence[bytes | None]) -> None:
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
    if scheme is None:
        return ""
    try:
        key(scheme, package.source_version or package.version)
    except InvalidVersion as error:
        return f"{package.name} is not compared with advisories: {error}"
    return ""


def _distros(found: Found) -> pa.Table:
    return _table(
        "distro",
        len(found.distros),
        path=[path for path, _, _ in found.distros],
        cataloger=[cataloger for _, cataloger, _ in found.distros],
        detail=[orjson.dumps(asdict(distro)).decode() for _, _, distro in found.distros],
    )


def _problems(found: Found) -> pa.Table:
    rows = sorted({(item.path, item.cataloger, item.reason) for item in found.problems})
    return _table(
        "problem",
        len(rows),
        path=[path for path, _, _ in rows],
        cataloger=[cataloger for _, cataloger, _ in rows],
        detail=[reason for _, _, reason in rows],
    )


def _names(contents: Contents) -> pa.Table:
    """Every name, sorted by path, so that neighbours compress well; whiteouts and opaque folders first."""
    hidden = [("whiteout", path) for path in sorted(contents.whiteouts)]
    hidden += [("opaque", path) for path in sorted(contents.opaque)]
    paths = sorted(contents.names)
    kept = [contents.kept.get(path) for path in paths]
    nothing: list[None] = [None] * len(hidden)
    kinds = [contents.names[path] for path in paths]
    return _table(
        [kind for kind, _ in hidden] + ["file" if kind == OTHER else kind for kind in kinds],
        len(hidden) + len(paths),
        path=[path for _, path in hidden] + paths,
        target=[*nothing, *map(contents.targets.get, paths)],
        wanted=[False] * len(hidden) + [path in contents.wanted for path in paths],
        size=[*nothing, *(item.size if item else None for item in kept)],
        mode=[*nothing, *(item.mode if item else None for item in kept)],
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
