"""Stack the layers of an image: what is installed in the root file system that a container of it would see."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.distro import choose
from hullmark.inventory.configuration import config_exposures
from hullmark.inventory.distinct import distinct
from hullmark.inventory.evidence import gone, once, without_answered
from hullmark.inventory.heirs import inherit
from hullmark.inventory.licences import with_licences
from hullmark.inventory.overlay import Flags, Ints, ints
from hullmark.inventory.owners import with_owners
from hullmark.inventory.packages import package_rows, removed_rows
from hullmark.inventory.spans import spans_of
from hullmark.inventory.unread import unread_links
from hullmark.inventory.value import Inventory, LayerInventory
from hullmark.inventory.versions import NONE, Versions, versions_of
from hullmark.lake.schema import EXPOSURES, LAYER_OBJECT, PROBLEMS
from hullmark.model import Distro, Image

FINDS = frozenset({"package", "distro", "problem", "exposure", "licence", "alias", "owned"})
FLEETING = ("setuid", "setgid", "world-writable", "package-cache")  # exposures that end with the file
NAMED = ["kind", "path", "target", "wanted"]


def assemble(image: Image, layers: Sequence[LayerInventory]) -> Inventory:
    """The inventory of `image` from its layers, bottom first; a pure function of them.

    Packages have one row a path, type, name, version and architecture; problems are those of visible files and those of a
    layer as a whole.
    """
    cuts = [_cut(layer.table["kind"]) for layer in layers]
    finds = _stacked([layer.table.slice(0, cut) for layer, cut in zip(layers, cuts, strict=True)])
    names = _stacked([layer.table.slice(cut).select(NAMED) for layer, cut in zip(layers, cuts, strict=True)])
    owned = finds.filter(pa.array(_is(finds, "owned")))
    versions = versions_of(_that_matter(names), max(len(layers), 1), pc.unique(owned["path"]).to_pylist())
    version = versions.number(finds["path"], ints(finds["layer"]))
    finds, version = inherit(finds, version, versions)
    distro = _distro(finds, _at(versions.visible, version) & _is(finds, "distro"))
    stored = pa.array([layer.digest for layer in layers], pa.string())
    spans = with_licences(_spans(finds, version, versions, stored), _licences(finds, version, versions), names)
    there = spans.filter(pc.is_null(spans["removed_layer"]))
    packages = package_rows(with_owners(there, owned, versions), image.digest, distro)
    problems = pa.concat_tables([_problems(finds, version, versions), unread_links(names, versions)])
    return Inventory(
        distro,
        without_answered(once(packages)),
        removed_rows(gone(spans.filter(pc.is_valid(spans["removed_layer"])), there), image.digest, distro),
        _problem_rows(problems, image.digest, stored),
        _exposures(finds, version, versions, image, stored),
    )


def _cut(kinds: pa.ChunkedArray) -> int:
    """Where a layer's finds end and its names begin."""
    return bisect_left(range(len(kinds)), 1, key=lambda row: kinds[row].as_py() not in FINDS)


def _stacked(tables: Sequence[pa.Table]) -> pa.Table:
    """The rows of all layers, lowest first, with the number of their layer."""
    numbers = np.repeat(np.arange(len(tables)), [table.num_rows for table in tables])
    columns = tables[0].schema if tables else LAYER_OBJECT
    return pa.concat_tables([columns.empty_table(), *tables]).append_column("layer", pa.array(numbers, pa.int32()))


def _that_matter(names: pa.Table) -> pa.Table:
    """Without the plain names of the lowest layer, nearly always the most: they hide nothing."""
    upper = int(np.searchsorted(ints(names["layer"]), 1))
    lowest = names.slice(0, upper)
    lowest = lowest.filter(pc.or_(lowest["wanted"], pc.equal(lowest["kind"], "symlink")))
    return pa.concat_tables([lowest, names.slice(upper)])


def _is(finds: pa.Table, kind: str) -> Flags:
    return np.asarray(pc.equal(finds["kind"], kind).to_numpy(), np.bool_)


def _at(of_versions: Flags, version: Ints) -> Flags:
    """The flag of each row's version; False where it has none."""
    return np.append(of_versions, False)[version]


def _distro(finds: pa.Table, shown: Flags) -> Distro:
    rows = finds.filter(pa.array(shown)).select(["path", "detail"]).to_pylist()
    stated = {row["path"]: orjson.loads(row["detail"]) for row in rows}
    return choose({path: _stated(values) for path, values in stated.items()})


def _stated(values: dict[str, Any]) -> Distro:
    listed: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return Distro(**listed)


def _spans(finds: pa.Table, version: Ints, versions: Versions, stored: pa.Array) -> pa.Table:
    """All packages that the stack has had, with their real path and the layers that brought, changed and removed them."""
    mine = np.flatnonzero(_is(finds, "package") & (version != NONE))
    rows, version = finds.take(pa.array(mine)), version[mine]
    real = versions.table["real"].take(pa.array(version))
    rows = rows.set_column(rows.schema.get_field_index("path"), "path", real)
    spans = spans_of(rows, version, versions)
    after = np.full(len(spans.before) + 1, NONE)
    after[spans.before] = np.arange(len(spans.before))
    rows = rows.take(pa.array(spans.rows))
    index, first = pa.array(spans.since, pa.int32()), pa.array(spans.first, pa.int32())
    removed = pa.array(spans.until, pa.int32(), mask=spans.until == versions.layers)
    columns = {
        "layer": stored.take(index),
        "layer_index": index,
        "first_layer": stored.take(first),
        "first_layer_index": first,
        "removed_layer": stored.take(removed),
        "removed_layer_index": removed,
        "upgraded_from": _taken(rows["version"], spans.before),
        "replaced_by": _taken(rows["version"], after[:-1]),
    }
    kept = [name for name in rows.column_names if name not in columns]
    return pa.table({**{name: rows[name] for name in kept}, **columns})


def _taken(column: pa.ChunkedArray, at: Ints) -> pa.ChunkedArray:
    """The values at some places; "" for NONE."""
    return pc.fill_null(column.take(pa.array(at, pa.int64(), mask=at == NONE)), "")


def _problems(finds: pa.Table, version: Ints, versions: Versions) -> pa.Table:
    """Problems of visible files, and those that speak of no wanted file."""
    shown = _is(finds, "problem") & ((version == NONE) | _at(versions.visible, version))
    return finds.filter(pa.array(shown)).select(["layer", "path", "cataloger", "detail"])


def _licences(finds: pa.Table, version: Ints, versions: Versions) -> pa.Table:
    """(type, name, licence) of packages that visible files state the licence of, and others list."""
    mine = pa.array(np.flatnonzero(_is(finds, "licence") & _at(versions.visible, version)))
    return finds.select(["type", "name", "licence"]).take(mine)


def _exposures(finds: pa.Table, version: Ints, versions: Versions, image: Image, stored: pa.Array) -> pa.Table:
    """What is exposed in visible files, and in the configuration (then without a layer); secrets in hidden files as well.

    A layer that deletes or replaces a file takes its mode away, but whoever pulls the image has its content. Of the same
    secret in several layers that is told which is visible, else the last one.
    """
    shown, lasting = _at(versions.visible, version), ~np.isin(finds["name"].to_numpy(zero_copy_only=False), FLEETING)
    mine = np.flatnonzero(_is(finds, "exposure") & (shown | (lasting & (version != NONE))))
    mine = mine[np.lexsort((-ints(finds["layer"])[mine], ~shown[mine]))]
    rows, until = finds.take(pa.array(mine)), versions.until[version[mine]]
    removed = pa.array(until, pa.int32(), mask=until == versions.layers)
    in_files = {
        "image_digest": pa.array([image.digest] * rows.num_rows, pa.string()),
        "path": versions.table["real"].take(pa.array(version[mine])),
        "kind": rows["name"],
        "evidence": rows["detail"],
        "layer": stored.take(rows["layer"]),
        "layer_index": rows["layer"],
        "removed_layer": pc.fill_null(stored.take(removed), ""),
        "removed_layer_index": removed,
    }
    in_config = [
        {"image_digest": image.digest, "path": place, "kind": item.kind, "evidence": item.evidence, "layer": "",
         "removed_layer": ""}
        for place, item in config_exposures(image)
    ]  # fmt: skip
    both = [pa.table(in_files, schema=EXPOSURES), pa.Table.from_pylist(in_config, schema=EXPOSURES)]
    return distinct(pa.concat_tables(both), ("path", "kind", "evidence"))


def _problem_rows(problems: pa.Table, image_digest: str, stored: pa.Array) -> pa.Table:
    columns = {
        "image_digest": pa.array([image_digest] * problems.num_rows, pa.string()),
        "layer": stored.take(problems["layer"]),
        "path": problems["path"],
        "cataloger": problems["cataloger"],
        "reason": problems["detail"],
    }
    return pa.table(columns, schema=PROBLEMS)
