"""Folders that are symbolic links, as each layer sees them: `lib/apk/db/installed` may be `usr/lib/apk/db/installed`.

A runtime unpacks an entry through the links that lower layers and the same layer have at that moment, inside the root.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.inventory.overlay import Covers, Tree, cover, flags, ints
from hullmark.layers.names import clean, folder_of, joined

MOST_HOPS = 40
FEW = 64  # links that are looked for in all paths at once


@dataclass(frozen=True, slots=True)
class Links:
    """The symbolic links that paths of interest go through, in every layer."""

    targets: dict[str, list[tuple[int, str]]]  # path -> (layer, target as stated), lowest layer first
    covers: Covers
    tree: Tree

    def resolve(self, path: str, layer: int) -> str:
        """The real path after `layer`, every part followed; the path itself when the links go in a circle."""
        todo, done, hops = path.split("/")[::-1], "", 0
        while todo:
            part = todo.pop()
            if part == "..":
                done = folder_of(done)
            elif part not in {"", "."}:
                place = f"{done}/{part}" if done else part
                target = self._target(place, layer)
                if target is None:
                    done = place
                    continue
                hops += 1
                if hops > MOST_HOPS:
                    return path
                done = "" if target.startswith("/") else done
                todo.extend(target.split("/")[::-1])
        return done

    def _target(self, path: str, layer: int) -> str | None:
        found = [version for version in self.targets.get(path, ()) if version[0] <= layer]
        if not found:
            return None
        since, target = found[-1]
        node = np.array([self.tree.numbers[path]])
        covered = self.covers.between(node, np.array([since]), np.array([layer + 1]))[0]
        return None if covered else target


def find_links(names: pa.Table, tree: Tree, layers: int) -> Links | None:
    """The links among the folders of `tree`, and those that their targets go through; None when there are none."""
    symlinks = names.filter(pc.equal(names["kind"], "symlink"))
    at = tree.find(symlinks["path"])
    is_folder = np.zeros(len(tree.parents) + 1, np.bool_)  # the last one stands for "not in the tree"
    is_folder[tree.parents[1:]] = True
    frontier = set(symlinks["path"].filter(pa.array(is_folder[at])).to_pylist())
    if not frontier:
        return None
    targets: dict[str, list[tuple[int, str]]] = {}
    for _ in range(MOST_HOPS + 1):  # what lies farther is followed by nobody
        rows = symlinks.filter(pc.is_in(symlinks["path"], value_set=pa.array(sorted(frontier), pa.string())))
        following: set[str] = set()
        for row in rows.to_pylist():
            targets.setdefault(row["path"], []).append((row["layer"], row["target"] or ""))
            following.update(_with_folders(joined(folder_of(row["path"]), row["target"] or "")))
        frontier = following - targets.keys()
        if not frontier:
            break
    own = Tree(list(targets))
    nodes = np.array([own.numbers[path] for path in targets], np.int64)
    return Links(targets, cover(own, nodes, names, layers), own)


def _with_folders(path: str) -> Iterable[str]:
    while path:
        yield path
        path = folder_of(path)


def real_paths(names: pa.Table, links: Links) -> pa.ChunkedArray | None:
    """The path of each name with its folder's links followed, null where nothing changes; None when nothing does."""
    paths = names["path"]
    through = np.full(len(paths), len(links.targets) > FEW)  # then every path is looked at one by one
    for link in list(links.targets)[:FEW]:
        through |= flags(pc.starts_with(paths, f"{link}/"))
    at = np.flatnonzero(through)
    if not len(at):
        return None
    rows = names.take(pa.array(at))
    changed = list(map(_Follower(links), rows["path"].to_pylist(), ints(rows["layer"]).tolist()))
    return pc.replace_with_mask(paths.combine_chunks(), pa.array(through), pa.array(changed, pa.string()))


class _Follower:
    """Resolves each folder once a layer."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._known: dict[tuple[str, int], str] = {}

    def __call__(self, path: str, layer: int) -> str:
        folder, _, name = path.rpartition("/")
        if (folder, layer) not in self._known:
            self._known[folder, layer] = self._links.resolve(folder, layer)
        return clean(f"{self._known[folder, layer]}/{name}")


def resolved_targets(rows: Sequence[dict[str, str]], links: Links | None, top: int) -> list[str]:
    """Where each symbolic link (path, target) leads in the finished image."""
    targets = [joined(folder_of(row["path"]), row["target"] or "") for row in rows]
    return [links.resolve(target, top) if links else target for target in targets]
