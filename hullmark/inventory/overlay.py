"""Stack layers: which of them cover a path, that is hide what lower layers have there.

A layer covers a path with a whiteout or another non-folder at the path or above it, with an opaque folder above it, and with
a folder at it (which replaces a file, and merges with a folder). Wanted names do not cover their own path: they are its
versions.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from hullmark.errors import LimitExceeded
from hullmark.inventory.value import Names, folders_above
from hullmark.layers.names import is_below
from hullmark.layers.tar import FOLDER

MOST_COVERS = 5_000_000


@dataclass(frozen=True, slots=True)
class Covers:
    """By path the layers that cover it, upwards; paths that none covers are left out."""

    layers: Mapping[str, Sequence[int]]
    count: int  # of layers

    def first(self, path: str, above: int) -> int:
        """The first layer above that one which covers the path; the number of layers where there is none."""
        found = self.layers.get(path, ())
        at = bisect_right(found, above)
        return found[at] if at < len(found) else self.count


def cover(paths: Collection[str], layers: Sequence[Names]) -> Covers:
    """Which of the `layers`, the lowest first, cover each path; the lowest has nothing below it to cover.

    Raises LimitExceeded when layers hide one another's files more than MOST_COVERS times.
    """
    wanted, ordered = set(paths), sorted(paths)
    above = folders_above(ordered)
    found: dict[str, list[int]] = {}
    left = MOST_COVERS
    for number, names in enumerate(layers[1:], start=1):
        covered = (names.kinds.keys() & wanted) - names.wanted | (names.whiteouts & wanted)
        for folder in _outermost(_closed(names, above)):
            start, end = bounds(ordered, folder)
            covered.update(ordered[start:end])
        left -= len(covered)
        if left < 0:
            raise LimitExceeded(
                f"the layers of this image hide one another's files more than {MOST_COVERS} times; "
                "rebuild it with fewer layers"
            )
        for path in covered:
            found.setdefault(path, []).append(number)
    return Covers(found, len(layers))


def _closed(names: Names, folders: Set[str]) -> list[str]:
    """The folders below which the layer hides everything; a folder comes right before those that lie in it."""
    kinds = names.kinds
    replaced = {path for path in kinds.keys() & folders if kinds[path] != FOLDER}
    closed = replaced | (names.whiteouts & folders) | (names.opaque & folders)
    return sorted(closed, key=lambda path: f"{path}/" if path else "")


def _outermost(folders: Iterable[str]) -> Iterable[str]:
    """Of folders in that order those that lie in no other."""
    last = None
    for folder in folders:
        if last is None or not is_below(folder, last):
            yield folder
            last = folder


def bounds(paths: Sequence[str], folder: str) -> tuple[int, int]:
    """Where among sorted paths those begin and end that lie in a folder, itself not counted; "" is the root."""
    if not folder:
        return 0, len(paths)
    return bisect_left(paths, f"{folder}/"), bisect_left(paths, f"{folder}0")  # "0" comes after "/"
