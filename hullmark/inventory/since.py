"""Since which version of a file each of its packages has been there without a gap."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.inventory.overlay import Ints

IDENTITY = ("type", "name", "version", "arch")


def introduced(packages: pa.Table, version: Ints, top: Ints) -> Ints:
    """For each package row of a top version: the number of the lowest version from which on it was always listed.

    `version` numbers the version of a file that each row comes from; versions of one file that follow each other without the
    file being hidden between have numbers without a gap, the last of which is `top`. Rows of other versions get their own.
    """
    since = version.copy()
    several = np.flatnonzero(_counts(version, top) > 1)
    if not len(several):
        return since
    identity = pc.binary_join_element_wise(*(packages[name].take(pa.array(several)) for name in IDENTITY), "\0")
    codes = np.asarray(pc.dictionary_encode(identity.combine_chunks()).indices.to_numpy(), np.int64)
    keys = top[several] * (codes.max() + 1) + codes
    order = np.lexsort((-version[several], keys))
    keys, rows = keys[order], several[order]
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    sizes = np.diff(np.append(starts, len(keys)))
    down = np.arange(len(keys)) - np.repeat(starts, sizes)  # 0 for a package's highest version, then 1, 2 ...
    unbroken = version[rows] == top[rows] - down
    since[rows[starts]] = version[rows[starts]] - np.maximum(np.add.reduceat(unbroken.astype(np.int64), starts), 1) + 1
    return since


def _counts(version: Ints, top: Ints) -> Ints:
    """For each row, how many versions its file has."""
    pairs = np.unique(np.stack([top, version]), axis=1)
    tops, counts = np.unique(pairs[0], return_counts=True)
    return np.asarray(counts[np.searchsorted(tops, top)], np.int64)
