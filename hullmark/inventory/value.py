"""What one layer holds, and what an image as a whole holds."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from hullmark.layers.names import folder_of
from hullmark.layers.tar import SYMLINK
from hullmark.model import Distro, Exposure, Licensed, Package, Problem

if TYPE_CHECKING:
    import pyarrow as pa

PER_NAME, PER_FIND = 150, 600  # bytes in memory beside a name's text, and of a find


class FoundPackage(NamedTuple):
    """A package in one file of a layer; a key is None where there is no version, or none that can be ordered."""

    path: str
    cataloger: str
    package: Package
    key: bytes | None  # of its version
    source_key: bytes | None  # of its source's version


class OwnedPath(NamedTuple):
    """A path that the file list of an OS package names."""

    path: str
    type: str
    owner: str  # name of the package
    stated: str  # the path of the file list


@dataclass(frozen=True, slots=True)
class Finds:
    """What was found in one layer, by kind, each in the order of paths."""

    packages: Sequence[FoundPackage] = ()
    distros: Sequence[tuple[str, str, Distro]] = ()  # path, cataloger, find
    problems: Sequence[Problem] = ()
    exposures: Sequence[tuple[str, str, Exposure]] = ()
    licences: Sequence[tuple[str, str, Licensed]] = ()
    aliases: Sequence[tuple[str, str]] = ()  # a hard link, and the name at which what it links to is reported
    owned: Sequence[OwnedPath] = ()


@dataclass(frozen=True)
class Names:
    """Every name in one layer."""

    kinds: Mapping[str, str]  # by path, sorted: file, hardlink, symlink, folder
    targets: Mapping[str, str]  # of symbolic links as stated, of hard links as a path
    whiteouts: Set[str]  # the paths that they hide
    opaque: Set[str]  # the folders
    wanted: Set[str]  # those of the names that a cataloger wants, or in which something was found
    facts: Mapping[str, tuple[int, int]]  # size and mode of files that were looked at

    @cached_property
    def paths(self) -> Sequence[str]:
        """The names, sorted."""
        return list(self.kinds)

    @cached_property
    def symlinks(self) -> Mapping[str, str]:
        """The target of each symbolic link, by path."""
        return {path: target for path, target in self.targets.items() if self.kinds[path] == SYMLINK}

    @cached_property
    def folders(self) -> Set[str]:
        """The folders above all names that matter when layers are stacked."""
        return folders_above([*self.wanted, *self.whiteouts, *self.opaque])


@dataclass(frozen=True, eq=False)
class LayerInventory:
    """One layer: a pure function of its bytes and of the engine."""

    digest: str  # of the bytes as stored
    diff_id: str  # of the unpacked bytes, computed
    size: int  # bytes as stored
    unpacked: int  # bytes of the tar
    finds: Finds
    names: Names

    @cached_property
    def owned_folders(self) -> Set[str]:
        """The folders above what file lists name."""
        return folders_above([item.path for item in self.finds.owned])

    @cached_property
    def memory(self) -> int:
        """About how many bytes it takes."""
        rows = len(self.finds.packages) + len(self.finds.owned)
        return sum(map(len, self.names.kinds)) + PER_NAME * len(self.names.kinds) + PER_FIND * rows

    @property
    def table(self) -> "pa.Table":
        """The rows of LAYER_OBJECT: what was found, by kind and path, then every name by path."""
        from hullmark.inventory.layer_table import layer_table  # noqa: PLC0415  Arrow is for those who keep layers

        return layer_table(self.finds, self.names)


def folders_above(paths: Sequence[str]) -> Set[str]:
    """All folders above the paths, "" (the root) among them."""
    found = {""}
    for path in paths:
        above = folder_of(path)
        while above not in found:
            found.add(above)
            above = folder_of(above)
    return found


class Installed(NamedTuple):
    """A package that is visible in an image. Layers are indexes into the image's."""

    package: Package
    path: str  # with the links followed
    layer: int  # that brought this version of it to this path
    first_layer: int  # that brought it, in whatever version
    purl: str
    ecosystem: str  # OSV name with release, "" when the OS is unknown
    advisory_name: str  # what is compared with advisories
    advisory_version: str
    key: bytes | None  # of advisory_version
    licence: str = ""  # that the image states, wherever it does
    upgraded_from: str = ""  # the version that `layer` replaced
    owner: str = ""  # "type/name" of the OS package whose file list names the path


class Removed(NamedTuple):
    """A package that a lower layer still ships, though none sees it."""

    package: Package
    path: str
    layer: int
    removed_layer: int  # the first layer without it
    purl: str
    ecosystem: str
    replaced_by: str  # the version that took its place, "" for none


class Exposed(NamedTuple):
    """Something that should not be in an image, with its layer; in its configuration there is none."""

    path: str
    exposure: Exposure
    layer: int | None = None
    removed_layer: int | None = None  # the first layer that hides it; None while it is visible


@dataclass(frozen=True, slots=True)
class Stacked:
    """One image: its operating system, what is installed, what a lower layer still ships, what could not be read (with the
    layer, None for the configuration), and what should not be in it."""

    distro: Distro
    packages: Sequence[Installed]
    removed: Sequence[Removed]
    problems: Sequence[tuple[int | None, Problem]]
    exposures: Sequence[Exposed]


@dataclass(frozen=True, slots=True, eq=False)
class Inventory:
    """A stacked image as the lake has it: tables PACKAGES, REMOVED_PACKAGES, PROBLEMS and EXPOSURES."""

    distro: Distro
    packages: "pa.Table"
    removed: "pa.Table"
    problems: "pa.Table"
    exposures: "pa.Table"
