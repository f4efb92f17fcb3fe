"""Campaigns: the fewest changes that end the most risk in the whole fleet, best first.

A change is either to build again on the successor of a base, or to upgrade the packages of one kind in the repository that
brings them. Which findings each ends is known (see `remedies.py`); a finding that two changes end counts for the one taken
first. Greedy set cover (Chvátal 1979) over cells, which are the findings that exactly the same changes end.
"""

from datetime import datetime
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from hullmark.advisories.snapshot import FeedStore
from hullmark.analysis.remedies import find_remedies
from hullmark.sql import read_sql

Numbers = np.ndarray[Any, Any]
CHOICE = pa.schema([(name, pa.int32()) for name in ("rebase", "upgrade", "rank", "change")])


def campaigns(connection: duckdb.DuckDBPyConnection, store: FeedStore, now: datetime, limit: int = 50) -> pa.Table:
    """The best `limit` changes for the fleet of a lake's connection; see `campaigns.sql` for the columns."""
    find_remedies(connection, store, now)
    find_elements(connection)
    return best_changes(connection, limit)


def best_changes(connection: duckdb.DuckDBPyConnection, limit: int) -> pa.Table:
    """The same, on a connection on which `find_remedies` and `find_elements` have been."""
    cells = connection.table("cell").to_arrow_table()
    connection.register("choice", _choice(cells, limit))
    return connection.sql(read_sql(__package__, "campaigns.sql")).to_arrow_table()


def find_elements(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave what `90_elements.sql` says on a connection on which `find_remedies` has been."""
    connection.execute(read_sql(__package__, "90_elements.sql"))


def _choice(cells: pa.Table, limit: int) -> pa.Table:
    """Which change takes each cell, with its rank from 1; cells that no chosen change takes are left out."""
    pair = cells["rebase"].to_numpy(), cells["upgrade"].to_numpy()
    rank, change = cover(pair, np.asarray(cells["risk"].to_numpy(), np.float64), limit)
    taken = np.flatnonzero(rank)
    return pa.table([*(numbers[taken] for numbers in pair), rank[taken], change[taken]], names=CHOICE.names).cast(CHOICE)


def cover(pair: tuple[Numbers, Numbers], weight: Numbers, limit: int) -> tuple[Numbers, Numbers]:
    """For each cell the rank of the change that takes it (0: none) and that change, of the two in `pair` (-1: none there).

    The change that ends the most of what is left is taken, again and again, at most `limit` times; of equals the lowest.
    """
    rank, taken_by, left = np.zeros(len(weight), np.int32), np.full(len(weight), -1, np.int32), weight.copy()
    changes = max((int(numbers.max(initial=-1)) for numbers in pair), default=-1) + 1
    for place in range(1, limit + 1):
        gains = sum((np.bincount(numbers + 1, left, changes + 1) for numbers in pair), np.zeros(changes + 1))[1:].round(6)
        if not changes or gains.max() <= 0:
            break
        best = int(gains.argmax())
        mine = (rank == 0) & ((pair[0] == best) | (pair[1] == best))
        rank[mine], taken_by[mine], left[mine] = place, best, 0.0
    return rank, taken_by
