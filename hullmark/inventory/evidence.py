"""What counts of lock files and bills of materials: what nothing installed answers.

A lock file of which any package is installed in the image describes that installation, and is dropped whole. A bill's
package that equals an installed one is that one. The rest stays, with its origin.

A package of Nix lies in a folder for each of its outputs, and is in the store's database as well: it is listed once. So is
the package that programs say they were built for (`elf-note`), where no OS package owns the program, or is the same.
"""

from collections.abc import Sequence

from hullmark.inventory.value import Installed, Removed
from hullmark.model import Origin, Package
from hullmark.purl import OS_TYPES

NOTED = "elf"  # type of what programs say of their package
SCATTERED = frozenset({NOTED, "nix"})  # types of which one package has several places
FIRM = frozenset({Origin.INSTALLED, Origin.BINARY})  # in the image by its own files


def once(packages: Sequence[Installed]) -> Sequence[Installed]:
    """Of the rows of one scattered package the one whose path is the last: the database's, else one of the folders'."""
    scattered = [item for item in packages if item.package.type in SCATTERED]
    if not scattered:
        return packages
    system = _system(packages)
    told = (item for item in scattered if item.package.type != NOTED or not (item.owner or _noted(item.package) in system))
    last = {_exact(item.package): item for item in sorted(told, key=lambda item: item.path)}
    rest = [item for item in packages if item.package.type not in SCATTERED]
    return [*rest, *(last[exact] for exact in sorted(last))]


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
