"""A layer as rows of LAYER_OBJECT, and back: what it is kept as."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from operator import attrgetter
from typing import Any, TypeVar

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.inventory.value import Finds, FoundPackage, Names, OwnedPath
from hullmark.lake.schema import LAYER_OBJECT
from hullmark.model import Distro, Exposure, Licensed, Origin, Package, Problem

Find = TypeVar("Find")
Row = Mapping[str, Any]
STATED = (
    "type", "name", "version", "arch", "source_name", "source_version", "licence", "vendor", "modularity", "cpe", "origin",
    "inner",
)  # fmt: skip
HIDING = ("whiteout", "opaque")
NAMES = pa.array([*HIDING, "folder", "file", "symlink", "hardlink"])


def layer_table(finds: Finds, names: Names) -> pa.Table:
    """The rows (LAYER_OBJECT): what was found, by kind and path, then whiteouts, opaque folders and every name by path."""
    packages = finds.packages
    stated = {name: [getattr(item.package, name) for item in packages] for name in STATED}
    problems = [(item.path, item.cataloger, item.reason) for item in finds.problems]
    parts = [
        _table("package", len(packages), path=[item.path for item in packages],
               cataloger=[item.cataloger for item in packages], **stated,
               version_key=[item.key for item in packages], source_version_key=[item.source_key for item in packages]),
        _finds("distro", finds.distros, detail=lambda distro: orjson.dumps(asdict(distro)).decode()),
        _finds("problem", problems, detail=str),
        _finds("exposure", finds.exposures, name=attrgetter("kind"), detail=attrgetter("evidence")),
        _finds("licence", finds.licences, type=attrgetter("type"), name=attrgetter("name"), licence=attrgetter("licence")),
        _table("alias", len(finds.aliases), path=[path for path, _ in finds.aliases],
               target=[target for _, target in finds.aliases]),
        _table("owned", len(finds.owned), path=[item.path for item in finds.owned], type=[item.type for item in finds.owned],
               name=[item.owner for item in finds.owned], target=[item.stated for item in finds.owned]),
        _names(names),
    ]  # fmt: skip
    return pa.concat_tables(parts).combine_chunks()


def from_layer_table(table: pa.Table) -> tuple[Finds, Names]:
    """What `layer_table` made the rows of."""
    is_name = pc.is_in(table["kind"], value_set=NAMES)
    rows: dict[str, list[Row]] = {}
    for row in table.filter(pc.invert(is_name)).to_pylist():
        rows.setdefault(row["kind"], []).append(row)
    finds = Finds(
        [
            FoundPackage(row["path"], row["cataloger"], _package(row), row["version_key"], row["source_version_key"])
            for row in rows.get("package", ())
        ],
        [(row["path"], row["cataloger"], _distro(row["detail"])) for row in rows.get("distro", ())],
        [Problem(row["path"], row["cataloger"], row["detail"]) for row in rows.get("problem", ())],
        [(row["path"], row["cataloger"], Exposure(row["name"], row["detail"])) for row in rows.get("exposure", ())],
        [
            (row["path"], row["cataloger"], Licensed(row["type"], row["name"], row["licence"]))
            for row in rows.get("licence", ())
        ],
        [(row["path"], row["target"]) for row in rows.get("alias", ())],
        [OwnedPath(row["path"], row["type"], row["name"], row["target"]) for row in rows.get("owned", ())],
    )
    return finds, _read_names(table.filter(is_name))


def _package(row: Row) -> Package:
    return Package(**{**{name: row[name] for name in STATED}, "origin": Origin(row["origin"])})


def _distro(detail: str) -> Distro:
    values = orjson.loads(detail)
    listed: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return Distro(**listed)


def _names(names: Names) -> pa.Table:
    hidden = [("whiteout", path) for path in sorted(names.whiteouts)] + [("opaque", path) for path in sorted(names.opaque)]
    nothing: list[None] = [None] * len(hidden)
    paths = names.paths
    facts = [names.facts.get(path) for path in paths]
    return _table(
        [kind for kind, _ in hidden] + list(names.kinds.values()),
        len(hidden) + len(paths),
        path=[*(path for _, path in hidden), *paths],
        target=[*nothing, *map(names.targets.get, paths)],
        wanted=[False] * len(hidden) + [path in names.wanted for path in paths],
        size=[*nothing, *(item[0] if item else None for item in facts)],
        mode=[*nothing, *(item[1] if item else None for item in facts)],
    )


def _read_names(rows: pa.Table) -> Names:
    hiding = {kind: set(rows.filter(pc.equal(rows["kind"], kind))["path"].to_pylist()) for kind in HIDING}
    rows = rows.filter(pc.invert(pc.is_in(rows["kind"], value_set=pa.array(HIDING))))
    leading, known = rows.filter(pc.is_valid(rows["target"])), rows.filter(pc.is_valid(rows["size"]))
    return Names(
        dict(_pairs(rows, "kind")),
        dict(_pairs(leading, "target")),
        hiding["whiteout"],
        hiding["opaque"],
        set(rows.filter(rows["wanted"])["path"].to_pylist()),
        dict(zip(known["path"].to_pylist(), _pairs(known, "mode", "size"), strict=True)),
    )


def _pairs(rows: pa.Table, column: str, key: str = "path") -> Iterable[tuple[Any, Any]]:
    return zip(rows[key].to_pylist(), rows[column].to_pylist(), strict=True)


def _finds(kind: str, rows: Sequence[tuple[str, str, Find]], **columns: Callable[[Find], str]) -> pa.Table:
    """Rows of finds: path, cataloger, and columns that are made of the find."""
    made = {name: [value(item) for _, _, item in rows] for name, value in columns.items()}
    return _table(kind, len(rows), path=[path for path, _, _ in rows], cataloger=[name for _, name, _ in rows], **made)


def _table(kind: str | list[str], count: int, **columns: Sequence[object]) -> pa.Table:
    """Rows of LAYER_OBJECT; columns that are not given are null."""
    given: dict[str, Sequence[object]] = {**columns, "kind": [kind] * count if isinstance(kind, str) else kind}
    arrays = [
        pa.array(given[field.name], field.type) if field.name in given else pa.nulls(count, field.type)
        for field in LAYER_OBJECT
    ]
    return pa.Table.from_arrays(arrays, schema=LAYER_OBJECT)
