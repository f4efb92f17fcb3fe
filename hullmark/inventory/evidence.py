"""What counts of lock files and bills of materials: what nothing installed answers.

A lock file of which any package is installed in the image describes that installation, and is dropped whole. A bill's
package that equals an installed one is that one. The rest stays, with its origin.

A package of Nix lies in a folder for each of its outputs, and is in the store's database as well: it is listed once. So is
the package that programs say they were built for (`elf-note`), where no OS package owns the program, or is the same.
Of a distribution of Python that has an `egg-info` beside its `dist-info`, as some of Debian's, the latter counts. A program
in the folder of Bitnami's component of the same name and version is that component, and compared with the same advisories.
"""

from collections.abc import Mapping, Sequence

from hullmark.inventory.value import Installed, Removed
from hullmark.layers.names import folder_of
from hullmark.model import Origin, Package
from hullmark.purl import OS_TYPES

NOTED = "elf"  # type of what programs say of their package
SCATTERED = frozenset({NOTED, "nix"})  # types of which one package has several places
EGG, NEW = ".egg-info", ".dist-info"  # ends of the names of Python's records, the old and the new
FIRM = frozenset({Origin.INSTALLED, Origin.BINARY})  # in the image by its own files


def once(packages: Sequence[Installed]) -> Sequence[Installed]:
    """Of the rows of one scattered package the one whose path is the last: the database's, else one of the folders'."""
    packages = _without_components(_without_old_records(packages))
    scattered = [item for item in packages if item.package.type in SCATTERED]
    if not scattered:
        return packages
    system = _system(packages)
    told = (item for item in scattered if item.package.type != NOTED or not (item.owner or _noted(item.package) in system))
    last = {_exact(item.package): item for item in sorted(told, key=lambda item: item.path)}
    rest = [item for item in packages if item.package.type not in SCATTERED]
    return [*rest, *(last[exact] for exact in sorted(last))]


def _without_old_records(packages: Sequence[Installed]) -> Sequence[Installed]:
    """The packages without an `egg-info` that repeats the `dist-info` in the same folder."""
    old = [item for item in packages if EGG in item.path and item.package.type == "pypi"]
    if not old:
        return packages
    new = {_distribution(item, NEW) for item in packages if NEW in item.path and item.package.type == "pypi"}
    repeated = {id(item) for item in old if _distribution(item, EGG) in new}
    return [item for item in packages if id(item) not in repeated] if repeated else packages


def _without_components(packages: Sequence[Installed]) -> Sequence[Installed]:
    """The packages without programs that are a component of Bitnami's, whose version has numbers of its build at its end."""
    components = [item for item in packages if item.package.type == "bitnami"]
    if not components:
        return packages
    folders = {(folder_of(item.path), item.package.name): item.package.version for item in components}
    return [item for item in packages if item.package.origin is not Origin.BINARY or not _is_component(item, folders)]


def _is_component(item: Installed, folders: Mapping[tuple[str, str], str]) -> bool:
    above = folder_of(item.path)
    while above:
        if f"{folders.get((above, item.package.name), '')}-".startswith(f"{item.package.version}-"):
            return True
        above = folder_of(above)
    return False


def _distribution(item: Installed, kind: str) -> tuple[str, str, str]:
    """Where a distribution's code lies, and what it is."""
    folder = item.path[: item.path.rfind(kind)]
    return folder[: folder.rfind("/") + 1], item.advisory_name, item.package.version


def gone(removed: Sequence[Removed], there: Sequence[Installed]) -> list[Removed]:
    """The removed packages, without scattered ones that are still at another of their places."""
    still = {_exact(item.package) for item in there if item.package.type in SCATTERED}
    return [item for item in removed if _exact(item.package) not in still]


def without_answered(packages: Sequence[Installed]) -> Sequence[Installed]:
    """The packages without those of lock files and bills that installed ones answer."""
    if all(item.package.origin in FIRM for item in packages):
        return packages
    firm = [item for item in packages if item.package.origin in FIRM]
    names = {(item.package.type, item.advisory_name) for item in firm}
    exact = {(item.package.type, item.advisory_name, item.package.version) for item in firm}
    answered = {
        item.path
        for item in packages
        if item.package.origin is Origin.LOCK and (item.package.type, item.advisory_name) in names
    }
    return [
        item
        for item in packages
        if not (item.package.origin is Origin.LOCK and item.path in answered)
        and not (
            item.package.origin is Origin.SBOM and (item.package.type, item.advisory_name, item.package.version) in exact
        )
    ]


def _system(packages: Sequence[Installed]) -> set[tuple[str, str]]:
    """Names and versions of the OS packages and of their sources; notes state no epoch."""
    found = [item.package for item in packages if item.package.type in OS_TYPES]
    own = {(package.name, package.version.rpartition(":")[2]) for package in found}
    sources = ((package.source_name or package.name, package.source_version or package.version) for package in found)
    return own | {(name, version.rpartition(":")[2]) for name, version in sources}


def _noted(package: Package) -> tuple[str, str]:
    return package.name.partition("/")[2], package.version.rpartition(":")[2]


def _exact(package: Package) -> tuple[str, str, str]:
    return package.type, package.name, package.version
