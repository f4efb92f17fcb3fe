"""Stack layers: which of the paths that catalogers want is still there at the top, and since which layer without a gap.

Grain: `versions` are (path, layer) pairs, one for each layer that holds a wanted path. Something in a layer *covers* a path
when it hides what lower layers have there: a whiteout or another non-folder at the path or above it, an opaque folder above
it, a folder at it (which replaces a file, and merges with a folder).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.errors import LimitExceeded
from hullmark.layers.names import folder_of

MOST_COVERS = 20_000_000

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Tree:
    """Paths and all folders above them, numbered; node 0 is the root, and a parent's number is below its child's."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.numbers = {"": 0}
        parents = [-1]
        for path in paths:
            rising, place = [], path
            while place not in self.numbers:
                rising.append(place)
                place = folder_of(place)
            above = self.numbers[place]
            for part in reversed(rising):
                self.numbers[part] = len(parents)
                parents.append(above)
                above = len(parents) - 1
        self.parents: Ints = np.array(parents, np.int64)
        self.names = pa.array(list(self.numbers), pa.string())

    def find(self, paths: pa.ChunkedArray) -> Ints:
        """The number of each path, -1 for one that is not in the tree."""
        found = pc.fill_null(pc.index_in(paths, value_set=self.names), -1)
        return np.asarray(found.to_numpy(), np.int64)


@dataclass(frozen=True, slots=True)
class Covers:
    """(node, layer) pairs, encoded and sorted: when each node was covered."""

    codes: Ints
    layers: int

    def between(self, nodes: Ints, low: Ints, high: Ints) -> Flags:
        """Whether each node was covered in a layer above `low` and below `high`."""
        first = np.searchsorted(self.codes, nodes * self.layers + low, side="right")
        last = np.searchsorted(self.codes, nodes * self.layers + high, side="left")
        return np.asarray(last > first)

    def first(self, nodes: Ints, low: Ints) -> Ints:
        """The first layer above `low` in which each node was covered; the number of layers where there is none."""
        at = np.searchsorted(self.codes, nodes * self.layers + low, side="right")
        found = np.append(self.codes, -1)[at]
        return np.asarray(np.where(found // self.layers == nodes, found % self.layers, self.layers))


def cover(tree: Tree, nodes: Ints, names: pa.Table, layers: int) -> Covers:
    """When each of `nodes` was covered. `names` has columns layer, kind, path and wanted, a row a name and layer.

    Wanted names do not cover their own path: they are its versions. Raises LimitExceeded when layers hide one another's
    files more than MOST_COVERS times.
    """
    found = tree.find(names["path"])
    here = np.flatnonzero(found >= 0)
    rows = names.take(pa.array(here))
    at, layer = found[here], ints(rows["layer"])
    itself = flags(pc.and_not(pc.not_equal(rows["kind"], "opaque"), rows["wanted"]))
    below = flags(pc.not_equal(rows["kind"], "folder"))
    codes = [_pairs(nodes, nodes, at[itself], layer[itself], layers)]
    starts, above = nodes, tree.parents[nodes]
    at, layer = at[below], layer[below]
    while len(above) and len(at):  # one turn a level of folders
        codes.append(_pairs(starts, above, at, layer, layers))
        if sum(map(len, codes)) > MOST_COVERS:
            raise _too_many()
        starts, above = starts[above > 0], tree.parents[above[above > 0]]
    return Covers(np.unique(np.concatenate(codes)), layers)


def _too_many() -> LimitExceeded:
    return LimitExceeded(
        f"the layers of this image hide one another's files more than {MOST_COVERS} times; rebuild it with fewer layers"
    )


def _pairs(starts: Ints, places: Ints, at: Ints, layer: Ints, layers: int) -> Ints:
    """The codes of (start, layer) for every cover that lies at the start's place."""
    order = np.argsort(at, kind="stable")
    first = np.searchsorted(at[order], places, side="left")
    counts = np.searchsorted(at[order], places, side="right") - first
    if counts.sum() > MOST_COVERS:
        raise _too_many()
    which = np.repeat(first, counts) + np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.asarray(np.repeat(starts, counts) * layers + layer[order][which], np.int64)


def ints(column: Any) -> Ints:  # noqa: ANN401  # pyarrow ships no types
    """A column of whole numbers without nulls."""
    return np.asarray(column.to_numpy(), np.int64)


def flags(column: Any) -> Flags:  # noqa: ANN401  # pyarrow ships no types
    """A column of truth values without nulls."""
    return np.asarray(column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column.to_numpy(), np.bool_)
