"""Which OS package put the file there that a package of a language, or a program, was found in.

A file belongs to an OS package when the package's file list names it and the find has been there no longer than since the
layer of that package's version: what was put over it in a later layer is not the OS package's any more.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.inventory.distinct import distinct
from hullmark.inventory.overlay import Flags, ints
from hullmark.inventory.symlinks import real_paths
from hullmark.inventory.versions import Versions
from hullmark.purl import OS_TYPES


def with_owners(packages: pa.Table, owned: pa.Table, versions: Versions) -> pa.Table:
    """The visible packages with a column `owner`: "type/name" of the OS package, "" where there is none.

    `owned` are the rows of that kind of all layers. Where several OS packages name a file, the one that came last is taken.
    """
    links = _links(packages, owned, versions) if owned.num_rows else None
    if links is None or not links.num_rows:
        return packages.append_column("owner", pa.array([""] * packages.num_rows, pa.string()))
    at = pc.index_in(packages["path"], value_set=links["path"])
    named = pc.fill_null(links["owner"].take(at), "")
    mine = pc.invert(pc.is_in(packages["type"], value_set=_system_types(owned)))
    since = pc.fill_null(links["since"].take(at), -1)
    fits = pc.and_(mine, pc.less_equal(packages["layer_index"], since))
    return packages.append_column("owner", pc.if_else(fits, named, ""))


def _links(packages: pa.Table, owned: pa.Table, versions: Versions) -> pa.Table:
    """(path, owner, since): one row a path that packages were found at and a visible OS package names."""
    system = packages.filter(pc.is_in(packages["type"], value_set=_system_types(owned)))
    owners = pa.table({"owner": _named(system), "since": system["layer_index"]}).sort_by([("since", "descending")])
    owners = distinct(owners, ["owner"])  # each with its last layer
    stated = pa.table({"path": _real(owned, versions), "owner": _named(owned)})
    stated = distinct(stated.filter(pc.is_in(stated["path"], value_set=pc.unique(packages["path"]))), ["path", "owner"])
    at = pc.index_in(stated["owner"], value_set=owners["owner"])
    stated = stated.append_column("since", owners["since"].take(at))
    order = [("path", "ascending"), ("since", "descending"), ("owner", "ascending")]
    stated = stated.filter(pc.is_valid(stated["since"])).sort_by(order)
    return stated.filter(pa.array(_firsts(stated["path"])))


def _system_types(owned: pa.Table) -> pa.Array:
    return pa.array(sorted(OS_TYPES | set(pc.unique(owned["type"]).to_pylist())))


def _named(rows: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(rows["type"], rows["name"], "/")


def _real(owned: pa.Table, versions: Versions) -> pa.ChunkedArray:
    """The owned paths with the links followed that the finished image has."""
    if versions.links is None:
        return owned["path"]
    top = pa.array(np.full(owned.num_rows, versions.layers - 1), pa.int32())
    real = real_paths(pa.table({"path": owned["path"], "layer": top}), versions.links)
    return owned["path"] if real is None else real


def _firsts(column: pa.ChunkedArray) -> Flags:
    """Which rows of a sorted column differ from the row before."""
    values = ints(pc.dictionary_encode(column.combine_chunks()).indices)
    return np.append(True, values[1:] != values[:-1])[: len(values)]  # a value
