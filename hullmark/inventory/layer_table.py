"""A layer as rows of LAYER_OBJECT, and back: what it is kept as."""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from itertools import accumulate
from operator import attrgetter
from typing import Any, TypeVar

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.inventory.value import Finds, FoundPackage, Names, OwnedPath
from hullmark.lake.schema import LAYER_OBJECT
from hullmark.model import Distro, Exposure, Licensed, Origin, Package, Problem

Find = TypeVar("Find")
STATED = (
    "type", "name", "version", "arch", "source_name", "source_version", "licence", "vendor", "modularity", "cpe", "origin",
    "inner",
)  # fmt: skip
FOUND = ("path", "cataloger", "version_key", "source_version_key")
PARTS = ("package", "distro", "problem", "exposure", "licence", "alias", "owned", "whiteout", "opaque")


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
    part = _parts(table)
    packages = part["package"]
    path, cataloger, own, source = (_values(packages[name]) for name in FOUND)
    finds = Finds(
        list(map(FoundPackage, path, cataloger, _packages(packages), own, source)),
        [(path, name, _distro(detail)) for path, name, detail in _rows(part["distro"], "path", "cataloger", "detail")],
        [Problem(*row) for row in _rows(part["problem"], "path", "cataloger", "detail")],
        [(*row[:2], Exposure(*row[2:])) for row in _rows(part["exposure"], "path", "cataloger", "name", "detail")],
        [(*row[:2], Licensed(*row[2:])) for row in _rows(part["licence"], "path", "cataloger", "type", "name", "licence")],
        list(_rows(part["alias"], "path", "target")),
        [OwnedPath(*row) for row in _rows(part["owned"], "path", "type", "name", "target")],
    )
    names = part[""]
    leading, known = names.filter(pc.is_valid(names["target"])), names.filter(pc.is_valid(names["size"]))
    return finds, Names(
        dict(zip(_values(names["path"]), _shared(names["kind"]), strict=True)),
        dict(_rows(leading, "path", "target")),
        set(_values(part["whiteout"]["path"])),
        set(_values(part["opaque"]["path"])),
        set(_values(names.filter(names["wanted"])["path"])),
        {path: (size, mode) for path, size, mode in _rows(known, "path", "size", "mode")},
    )


def _parts(table: pa.Table) -> dict[str, pa.Table]:
    """The rows of each kind of PARTS, which follow each other, and under "" the names after them."""
    counts = {row["values"]: row["counts"] for row in table["kind"].value_counts().to_pylist()}
    ends = [*accumulate(counts.get(kind, 0) for kind in PARTS), table.num_rows]
    return {kind: table.slice(start, end - start) for kind, start, end in zip((*PARTS, ""), [0, *ends], ends, strict=False)}


def _rows(rows: pa.Table, *columns: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(_values(rows[name]) for name in columns), strict=True)


def _values(column: pa.ChunkedArray | pa.Array) -> list[Any]:
    """The values of a column; a number must not be null. NumPy is several times faster, where it may be used."""
    values: list[Any] = column.to_numpy().tolist() if "numpy" in sys.modules else column.to_pylist()
    return values


def _shared(column: pa.ChunkedArray) -> list[str]:
    """The values of a column that has few, each one string however often it is there."""
    encoded = pc.dictionary_encode(column.combine_chunks())
    words = encoded.dictionary.to_pylist()
    return [words[index] for index in _values(encoded.indices)]


def _packages(rows: pa.Table) -> Iterator[Package]:
    columns = {name: _values(rows[name]) for name in STATED}
    columns["origin"] = [Origin(name) for name in _shared(rows["origin"])]
    return map(Package, *columns.values())


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
