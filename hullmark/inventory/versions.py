"""Which wanted files an image has at its top, and the versions that its layers have had of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hullmark.inventory.globs import fixed_paths
from hullmark.inventory.overlay import Covers, cover
from hullmark.inventory.symlinks import Links, find_links, real_names
from hullmark.inventory.value import LayerInventory, Names, folders_above


@dataclass(slots=True, eq=False)
class Version:
    """A wanted file in one layer."""

    layer: int
    path: str  # as the layer names it
    kind: str
    real: str  # the path with its folders' links followed
    number: int = 0  # among the versions of the file, upwards
    run: int = 0  # the number of the version since which the file was never hidden
    until: int = 0  # the first layer that hides or replaces this version; the number of layers if none does
    visible: bool = True  # in the finished image


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of every wanted file."""

    by_name: Sequence[Mapping[str, Version]]  # of each layer, by the path as the layer names it
    links: Links | None

    def __iter__(self) -> Iterator[Version]:
        return (version for named in self.by_name for version in named.values())

    @property
    def top(self) -> int:
        """The number of the uppermost layer."""
        return len(self.by_name) - 1


def versions_of(layers: Sequence[LayerInventory]) -> Versions:
    """The versions from all names of all layers, the lowest first; links that lead to owned files are found as well.

    Raises LimitExceeded as `cover` does.
    """
    names = [layer.names for layer in layers]
    folders = set(folders_above(fixed_paths())).union(
        *(one.folders for one in names), *(one.owned_folders for one in layers)
    )
    links = find_links(names, folders)
    real = [real_names(item, number, links) if links else (item, {}) for number, item in enumerate(names)]
    files: dict[str, list[Version]] = {}
    by_name = [_versions(item, number, real[number][1], files) for number, item in enumerate(names)]
    covers = cover(files.keys(), [item for item, _ in real])
    for versions in files.values():
        _follow(versions, covers)
    return Versions(by_name, links)


def _versions(names: Names, layer: int, moved: Mapping[str, str], files: dict[str, list[Version]]) -> dict[str, Version]:
    """The versions in one layer, which are added to those of their files; of two names of one file the first counts."""
    found = {}
    for path in sorted(names.wanted):
        real = moved.get(path, path)
        versions = files.setdefault(real, [])
        if not versions or versions[-1].layer < layer:
            found[path] = Version(layer, path, names.kinds[path], real)
            versions.append(found[path])
    return found


def _follow(versions: Sequence[Version], covers: Covers) -> None:
    """Note how long each version of a file was there."""
    hidden = covers.count
    for number, version in enumerate(versions):
        version.number = number
        version.run = versions[number - 1].run if number and hidden >= version.layer else number
        hidden = covers.first(version.real, version.layer)
        later = versions[number + 1].layer if number + 1 < len(versions) else covers.count
        version.until = min(hidden, later)
        version.visible = version.until == covers.count
