"""Where a file with several names lost the one that its finds are under, another name that is still there takes them."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.inventory.overlay import Flags, Ints, ints
from hullmark.inventory.versions import NONE, Versions


def inherit(finds: pa.Table, version: Ints, versions: Versions) -> tuple[pa.Table, Ints]:
    """The finds and their versions, with those of hidden names moved to the first visible alias of the same layer."""
    aliases = np.flatnonzero(np.asarray(pc.equal(finds["kind"], "alias").to_numpy(), np.bool_))
    if not len(aliases):
        return finds, version
    rows = finds.take(pa.array(aliases))
    other, first = version[aliases], versions.number(rows["target"], ints(rows["layer"]))
    useful = (other != NONE) & (first != NONE)
    visible = np.append(versions.visible, False)  # a value, for "no version"
    useful &= visible[other] & ~visible[first]
    lost, at = np.unique(first[useful], return_index=True)
    if not len(lost):
        return finds, version
    heirs = np.append(np.arange(len(versions.layer)), NONE)
    heirs[lost] = other[useful][at]
    moved = heirs[version]
    return _renamed(finds, moved != version, moved, versions), moved


def _renamed(finds: pa.Table, changed: Flags, version: Ints, versions: Versions) -> pa.Table:
    names = versions.table["path"].take(pa.array(version[changed]))
    paths = pc.replace_with_mask(finds["path"].combine_chunks(), pa.array(changed), names.combine_chunks())
    return finds.set_column(finds.schema.get_field_index("path"), "path", paths)
