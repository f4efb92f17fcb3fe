"""Feeds of the size that real ones have: those of the benchmark beside themselves, under other names that nobody carries."""

import zlib
from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.advisories.snapshot import FeedStore
from hullmark.advisories.state import FeedState

OF_RECORDS = ("advisories", "affected", "affected_versions", "severities")


def enlarge(store: FeedStore, times: int) -> None:
    """Let each OSV feed of a store stand in it `times` times; a copy is about vulnerabilities and packages of its own."""
    for state in [state for state in store.current() if state.feed.startswith("osv/")]:
        whole = store.tables(state.feed, state.snapshot)
        for copy in range(1, times):
            tables = {name: _renamed(rows, f"{copy}-") if name in OF_RECORDS else rows for name, rows in whole.items()}
            feed = f"{state.feed}{copy}"
            snapshot = f"{zlib.crc32(feed.encode()):08x}{state.snapshot[8:]}"
            store.put(replace(FeedState(feed), snapshot=snapshot, fetched_at=datetime.now(UTC)), tables)


def _renamed(rows: pa.Table, beginning: str) -> pa.Table:
    """Names begin otherwise, as each publisher's do, so that they lie elsewhere in order."""
    for name in {"advisory_id", "name"} & set(rows.column_names):
        rows = _with(rows, name, pc.binary_join_element_wise(beginning, rows[name], ""))
    for name in {"aliases", "vulnerability_ids"} & set(rows.column_names):
        lists = rows[name].combine_chunks()
        words = pc.binary_join_element_wise(beginning, lists.values, "")
        rows = _with(rows, name, pa.ListArray.from_arrays(lists.offsets, words))
    return rows


def _with(rows: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    return rows.set_column(rows.column_names.index(name), rows.schema.field(name), values)
