"""Which wanted files an image has at its top, and the versions that its layers have had of them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.inventory.globs import fixed_paths
from hullmark.inventory.overlay import Flags, Ints, Tree, cover, ints
from hullmark.inventory.symlinks import Links, find_links, real_paths

NONE = -1


@dataclass(frozen=True, slots=True)
class Versions:
    """One row a wanted file and layer, files together and layers upwards; the files' versions are numbered in that order.

    `table` has layer, kind, path (as the layer names it), target and real (the path with its folders' links followed).
    """

    table: pa.Table
    layer: Ints
    run: Ints  # equal for versions of one file that follow each other without the file being hidden between
    until: Ints  # the first layer that hides or replaces this version; the number of layers if none does
    layers: int
    links: Links | None

    @property
    def visible(self) -> Flags:
        """Which versions are there in the finished image."""
        return np.asarray(self.until == self.layers)

    def number(self, paths: pa.ChunkedArray, layers: Ints) -> Ints:
        """The version that each (path as the layer names it, layer) is; NONE where there is none."""
        distinct = pc.unique(self.table["path"])
        own = _codes(self.table["path"], distinct, self.layer, self.layers)
        order = np.argsort(own)
        asked = _codes(paths, distinct, layers, self.layers)
        place = np.minimum(np.searchsorted(own[order], asked), max(len(own) - 1, 0))
        if not len(own):
            return np.full(len(asked), NONE, np.int64)
        return np.where((own[order][place] == asked) & (asked >= 0), order[place], NONE)


def _codes(paths: pa.ChunkedArray, distinct: pa.Array, layer: Ints, layers: int) -> Ints:
    numbers = np.asarray(pc.fill_null(pc.index_in(paths, value_set=distinct), NONE).to_numpy(), np.int64)
    return np.where(numbers >= 0, numbers * layers + layer, NONE)


def versions_of(names: pa.Table, layers: int, others: Iterable[str] = ()) -> Versions:
    """The versions from all names of all layers (columns layer, kind, path, target and wanted; lowest layer first).

    The links that lead to `others` are found as well.
    Names of the lowest layer that are neither wanted nor symbolic links may be left out: there is nothing below to hide.
    """
    wanted = pc.unique(names.filter(names["wanted"])["path"]).to_pylist()
    hiding = names.filter(pc.is_in(names["kind"], value_set=pa.array(["whiteout", "opaque"])))["path"].to_pylist()
    tree = Tree([*wanted, *hiding, *fixed_paths(), *others])
    links = find_links(names, tree, layers)
    real = real_paths(names, links) if links else None
    names = names.append_column("real", names["path"] if real is None else real)
    found = names.filter(names["wanted"])
    if real is not None:
        tree = Tree(pc.unique(found["real"]).to_pylist())
        names = names.set_column(names.schema.get_field_index("path"), "path", real)
    node, layer = tree.find(found["real"]), ints(found["layer"])
    _, order = np.unique(node * layers + layer, return_index=True)
    node, layer = node[order], layer[order]
    covers = cover(tree, np.unique(node), names, layers)
    same = node[1:] == node[:-1]
    replaced = np.append(np.where(same, layer[1:], layers), layers)[: len(node)]
    hidden = covers.first(node, layer)
    follows = np.append(False, same & (hidden[:-1] >= layer[1:]))[: len(node)]  # a value
    run = np.cumsum(~follows) - 1
    return Versions(found.take(pa.array(order)), layer, run, np.minimum(replaced, hidden), layers, links)
