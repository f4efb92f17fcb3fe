"""From which layer to which each package was there, and which package took the place of which.

Grain: a span is one package (path, type, name, version, architecture) over layers that follow each other, in each of which
the stack of the layers so far has the package. What is there at the top has a span that ends with the number of layers.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.inventory.overlay import Ints
from hullmark.inventory.versions import Versions

NONE = -1
IDENTITY = ("type", "name", "version", "arch")
SAME = ("type", "name", "arch", "place")  # of two packages one of which takes the other's place
NUMBERED = r"[0-9][^/]*"  # of a path: what may change with a version


@dataclass(frozen=True, slots=True)
class Spans:
    """One row a span, in the order of their packages."""

    rows: Ints  # of the package rows: the one of its last layer
    since: Ints  # the first layer that has it
    until: Ints  # the first layer that has it no more
    before: Ints  # the span whose place it took in the layer `since`, with another version; NONE where there is none
    first: Ints  # the layer `since` of the first span in that row


def spans_of(packages: pa.Table, version: Ints, versions: Versions) -> Spans:
    """The spans of package rows (with the real path of their file), each with the version of its file that it comes from."""
    rows, since, until = _spans(packages, version, versions)
    chosen = packages.take(pa.array(rows)) if len(rows) < packages.num_rows else packages
    before = _predecessors(chosen, since, until, versions)
    first, at = since.copy(), before.copy()
    while (at != NONE).any():
        linked = np.flatnonzero(at != NONE)
        first[linked] = since[at[linked]]
        at[linked] = before[at[linked]]
    return Spans(rows, since, until, before, first)


def _spans(packages: pa.Table, version: Ints, versions: Versions) -> tuple[Ints, Ints, Ints]:
    """(last row, since, until) of each span, in the order of their last rows."""
    run = versions.run[version]
    several = np.flatnonzero(_is_repeated(run, version))
    alone = np.ones(len(version), np.bool_)
    alone[several] = False
    single = np.flatnonzero(alone)
    identity = codes(packages.take(pa.array(several)), IDENTITY)
    order = np.lexsort((version[several], identity, run[several]))
    rows = several[order]
    keys, steps = run[rows] * (identity.max(initial=0) + 1) + identity[order], version[rows]
    begins = np.append(True, (keys[1:] != keys[:-1]) | (steps[1:] > steps[:-1] + 1))[: len(rows)]  # a value
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], len(rows))[: len(starts)] - 1
    last = np.concatenate([single, rows[ends]])
    since = versions.layer[version[np.concatenate([single, rows[starts]])]]
    by_row = np.argsort(last, kind="stable")
    return last[by_row], since[by_row], versions.until[version[last]][by_row]


def _is_repeated(run: Ints, version: Ints) -> np.ndarray:
    """Of each row, whether rows of the same run have other versions; only they may belong to one span."""
    low, high = np.full(run.max(initial=-1) + 1, np.iinfo(np.int64).max), np.full(run.max(initial=-1) + 1, NONE)
    np.minimum.at(low, run, version)
    np.maximum.at(high, run, version)
    return np.asarray(low[run] != high[run])


def _predecessors(packages: pa.Table, since: Ints, until: Ints, versions: Versions) -> Ints:
    """For each span the one that ended in the layer in which it began, of the same name at the same place."""
    before = np.full(len(since), NONE, np.int64)
    ended, began = np.flatnonzero(until < versions.layers), np.flatnonzero(since > 0)
    both = np.unique(np.concatenate([ended, began]))
    if not len(ended) or not len(began):
        return before
    rows = packages.take(pa.array(both))
    rows = rows.append_column("place", pc.replace_substring_regex(rows["path"], NUMBERED, "*"))
    key = np.full(len(since), NONE, np.int64)
    key[both] = codes(rows, SAME)
    old = _ranked(key[ended] * (versions.layers + 1) + until[ended])
    new = _ranked(key[began] * (versions.layers + 1) + since[began])
    width = max(old[1].max(initial=0), new[1].max(initial=0)) + 1
    _, at_old, at_new = np.intersect1d(old[0] * width + old[1], new[0] * width + new[1], return_indices=True)
    one, other = ended[at_old], began[at_new]
    stated = packages["version"]
    differ = np.asarray(pc.not_equal(stated.take(pa.array(one)), stated.take(pa.array(other))).to_numpy(), np.bool_)
    before[other[differ]] = one[differ]
    return before


def _ranked(key: Ints) -> tuple[Ints, Ints]:
    """Each key with its number among the equal ones, so that two of a name pair off in their order."""
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.append(True, key[order][1:] != key[order][:-1]))  # a value
    sizes = np.diff(np.append(starts, len(key)))
    rank = np.empty(len(key), np.int64)
    rank[order] = np.arange(len(key)) - np.repeat(starts, sizes)
    return key, rank


def codes(rows: pa.Table, columns: tuple[str, ...]) -> Ints:
    """A number for each row, equal where all the text columns are equal."""
    joined = pc.binary_join_element_wise(*(rows[name].combine_chunks() for name in columns), "\0")
    return np.asarray(pc.dictionary_encode(joined).indices.to_numpy(), np.int64)
