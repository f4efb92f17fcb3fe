"""What counts of lock files and bills of materials: what nothing installed answers.

A lock file of which any package is installed in the image describes that installation, and is dropped whole. A bill's
package that equals an installed one is that one. The rest stays, with its origin.

A package of Nix lies in a folder for each of its outputs, and is in the store's database as well: it is listed once.
"""

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.inventory.distinct import distinct
from hullmark.model import Origin

SCATTERED = pa.array(["nix"])  # types of which one package has several places
FIRM = pa.array([Origin.INSTALLED.value, Origin.BINARY.value])


def is_firm(packages: pa.Table) -> pa.ChunkedArray:
    """Which packages are in the image by their own files."""
    return pc.is_in(packages["origin"], value_set=FIRM)


def once(packages: pa.Table) -> pa.Table:
    """Of the rows of one scattered package the one whose path is the last: the database's, else one of the folders'."""
    scattered = pc.is_in(packages["type"], value_set=SCATTERED)
    if not pc.any(scattered).as_py():
        return packages
    rows = distinct(packages.filter(scattered).sort_by([("path", "descending")]), ("type", "name", "version"))
    return pa.concat_tables(
        [packages.filter(pc.invert(scattered)), rows.sort_by([("name", "ascending"), ("version", "ascending")])]
    )


def gone(removed: pa.Table, there: pa.Table) -> pa.Table:
    """The removed rows, without those of a scattered package that is still at another of its places."""
    exact = ("type", "name", "version")
    still = pc.is_in(_joined(removed, *exact), value_set=_joined(there, *exact))
    return removed.filter(pc.invert(pc.and_(pc.is_in(removed["type"], value_set=SCATTERED), still)))


def without_answered(packages: pa.Table) -> pa.Table:
    """The rows of PACKAGES without lock files and bills' packages that installed ones answer."""
    firm = is_firm(packages)
    if pc.all(firm).as_py() is not False:
        return packages
    installed = packages.filter(firm)
    by_name = pc.is_in(_joined(packages, "type", "advisory_name"), value_set=_joined(installed, "type", "advisory_name"))
    locked = pc.equal(packages["origin"], Origin.LOCK.value)
    answered = pc.unique(packages["path"].filter(pc.and_(locked, by_name)))
    gone = pc.and_(locked, pc.is_in(packages["path"], value_set=answered))
    exact = ("type", "advisory_name", "version")
    same = pc.is_in(_joined(packages, *exact), value_set=_joined(installed, *exact))
    return packages.filter(pc.invert(pc.or_(gone, pc.and_(pc.equal(packages["origin"], Origin.SBOM.value), same))))


def _joined(packages: pa.Table, *columns: str) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*(packages[name] for name in columns), "\0")
