"""Folders that are symbolic links, as each layer sees them: `lib/apk/db/installed` may be `usr/lib/apk/db/installed`.

A runtime unpacks an entry through the links that lower layers and the same layer have at that moment, inside the root.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache

from hullmark.inventory.overlay import Covers, bounds, cover
from hullmark.inventory.value import Names
from hullmark.layers.names import clean, folder_of, joined
from hullmark.layers.tar import FOLDER

MOST_HOPS = 40


@dataclass(frozen=True, slots=True)
class Links:
    """The symbolic links that paths of interest go through, in every layer."""

    targets: Mapping[str, Sequence[tuple[int, str]]]  # path -> (layer, target as stated), lowest layer first
    covers: Covers

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

    def follower(self, layer: int) -> Callable[[str], str]:
        """What gives the path of a name after `layer`, its folder's links followed; each folder is resolved once."""
        resolve = cache(lambda folder: self.resolve(folder, layer))

        def follow(path: str) -> str:
            folder, _, name = path.rpartition("/")
            return clean(f"{resolve(folder)}/{name}")

        return follow

    def through(self, paths: Sequence[str]) -> Iterable[str]:
        """Those of sorted paths that lie below some link, or what was one in some layer."""
        last = -1
        for start, end in sorted(bounds(paths, link) for link in self.targets):
            yield from paths[max(start, last) : end]
            last = max(last, end)

    def _target(self, path: str, layer: int) -> str | None:
        found = [version for version in self.targets.get(path, ()) if version[0] <= layer]
        if not found:
            return None
        since, target = found[-1]
        return None if self.covers.first(path, since) <= layer else target


def find_links(layers: Sequence[Names], folders: Set[str]) -> Links | None:
    """The links among the folders, and those that their targets go through; None when there are none."""
    frontier = {path for names in layers for path in names.symlinks.keys() & folders}
    targets: dict[str, list[tuple[int, str]]] = {}
    for _ in range(MOST_HOPS + 1):  # what lies farther is followed by nobody
        following: set[str] = set()
        for path in frontier:
            targets[path] = [(number, names.symlinks[path]) for number, names in enumerate(layers) if path in names.symlinks]
            for _, target in targets[path]:
                following.update(_with_folders(joined(folder_of(path), target)))
        frontier = {path for path in following - targets.keys() if any(path in names.symlinks for names in layers)}
        if not frontier:
            break
    return Links(targets, cover(targets, layers)) if targets else None


def _with_folders(path: str) -> Iterable[str]:
    while path:
        yield path
        path = folder_of(path)


def real_names(names: Names, layer: int, links: Links) -> tuple[Names, Mapping[str, str]]:
    """The names of a layer by their real paths (for `cover`), and the real path of each name that has another.

    Where two names are one file, something that is no folder is taken to be there.
    """
    follow = links.follower(layer)

    def moves(paths: Sequence[str]) -> dict[str, str]:
        return {path: real for path in links.through(paths) if (real := follow(path)) != path}

    moved, whiteouts, opaque = moves(names.paths), moves(sorted(names.whiteouts)), moves(sorted(names.opaque))
    if not (moved or whiteouts or opaque):
        return names, {}
    kinds = {**names.kinds}
    for path in moved:
        del kinds[path]
    for path, real in moved.items():
        if kinds.get(real, FOLDER) == FOLDER:
            kinds[real] = names.kinds[path]
    return replace(
        names,
        kinds=kinds,
        whiteouts={whiteouts.get(path, path) for path in names.whiteouts},
        opaque={opaque.get(path, path) for path in names.opaque},
        wanted={moved.get(path, path) for path in names.wanted},
    ), moved
