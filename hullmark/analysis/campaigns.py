"""Campaigns: the fewest changes that end the most risk in the whole fleet, best first.

A change is either to build again on the successor of a base, or to upgrade the packages of one kind in the repository that
brings them. Which findings each ends is known (see `remedies.py`); a finding that two changes end counts for the one taken
first. Greedy set cover (Chvátal 1979) over cells, which are the findings that exactly the same changes end.
"""

from collections.abc import Iterator
from datetime import datetime

import duckdb
import numpy as np
import pyarrow as pa

from hullmark.advisories.snapshot import FeedStore
from hullmark.analysis.remedies import find_remedies
from hullmark.sql import read_sql

CHANGES = ("rebase", "upgrade")
CHOICE = pa.schema([("rebase", pa.string()), ("upgrade", pa.string()), ("rank", pa.int64()), ("key", pa.string())])


def campaigns(connection: duckdb.DuckDBPyConnection, store: FeedStore, now: datetime, limit: int = 50) -> pa.Table:
    """The best `limit` changes for the fleet of a lake's connection; see `campaigns.sql` for the columns."""
    find_remedies(connection, store, now)
    return best_changes(connection, limit)


def best_changes(connection: duckdb.DuckDBPyConnection, limit: int) -> pa.Table:
    """The same, on a connection on which `find_remedies` has been."""
    connection.execute(read_sql(__package__, "90_elements.sql"))
    cells = connection.table("cell").to_arrow_table()
    connection.register("choice", _choice(cells, limit))
    return connection.sql(read_sql(__package__, "campaigns.sql")).to_arrow_table()


def _choice(cells: pa.Table, limit: int) -> pa.Table:
    """Which change takes each cell, with its rank from 1; cells that no chosen change takes are left out."""
    columns = [cells[name].combine_chunks().dictionary_encode() for name in CHANGES]
    names = [key for column in columns for key in column.dictionary.to_pylist()]
    starts = np.cumsum([0, *(len(column.dictionary) for column in columns)])
    numbers = [
        np.where(
            column.indices.is_valid().to_numpy(zero_copy_only=False), column.indices.fill_null(0).to_numpy() + start, -1
        )
        for column, start in zip(columns, starts, strict=False)
    ]
    rank, taken_by = _cover(numbers, np.asarray(cells["risk"].to_numpy(), np.float64), len(names), limit)
    at = np.flatnonzero(rank)
    part = cells.select(list(CHANGES)).take(pa.array(at))
    keys = pa.array([names[number] for number in taken_by[at]], pa.string())
    return part.append_column("rank", pa.array(rank[at], pa.int64())).append_column("key", keys).cast(CHOICE)


def _cover(numbers: list[np.ndarray], weight: np.ndarray, changes: int, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """For each cell the rank of the change that takes it (0: none) and that change's number."""
    rank, taken_by = np.zeros(len(weight), np.int64), np.full(len(weight), -1, np.int64)
    for place, best in enumerate(_best(numbers, weight, changes, limit), 1):
        mine = (rank == 0) & np.logical_or.reduce([column == best for column in numbers])
        rank[mine], taken_by[mine] = place, best
    return rank, taken_by


def _best(numbers: list[np.ndarray], weight: np.ndarray, changes: int, limit: int) -> Iterator[int]:
    """The change that ends the most of what is left, again and again; of equals the first."""
    left = weight.copy()
    for _ in range(limit):
        sums = np.zeros(changes)
        for column in numbers:
            sums += np.bincount(column[column >= 0], left[column >= 0], changes)
        if not changes or sums.max() <= 0:
            return
        best = int(sums.argmax())
        for column in numbers:
            left[column == best] = 0.0
        yield best
