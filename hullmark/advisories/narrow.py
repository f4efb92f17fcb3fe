"""What the feeds say of a few packages: all that their findings hang on. One image needs a hundredth of its feeds."""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hullmark.advisories.snapshot_tables import SCHEMAS
from hullmark.advisories.store import FeedStore, view
from hullmark.lake.schema import END_OF_LIFE, whole

if TYPE_CHECKING:
    import duckdb

# Columns that no finding hangs on, which are null here.
UNREAD = {"published", "cwes", "references", "scheme", "low", "high", "kev_added", "epss_date"}
TOLD = {"aliases", "summary", "severity"}  # which of advisories that score or reject a vulnerability alone are not asked
RECORD, ABOUT = "advisory_id", "vulnerability_ids"
CASELESS = {"NuGet", "Packagist"}


def register_packages(
    store: FeedStore,
    connection: "duckdb.DuckDBPyConnection",
    names: Collection[str],
    repositories: Collection[str] = (),
    also: Collection[str] = (),
) -> None:
    """Make the views that `match.compare` reads, with the rows about packages of these names, in whichever release.

    Advisories are those about the packages, and others about one of their vulnerabilities alone, which may score or reject
    it; `also`: and those of these ids, or about one of these vulnerabilities alone. Of the products of repositories, these
    repositories' alone. Raises FeedError when a snapshot is gone.
    """
    names = {*names, *(name.lower() for name in names)}  # as some ecosystems compare them
    affected = [_rows(store, table, "name", names) for table in ("affected", "affected_versions")]
    about = {name for rows in affected for name in rows["advisory_id"].unique().to_pylist()}
    view(connection, "affected", affected[0])
    view(connection, "affected_versions", affected[1])
    view(connection, "advisories", _advisories(store, about, also))
    view(connection, "product_repositories", _rows(store, "product_repositories", "repository", repositories))
    ends = [file.read(use_threads=False) for file in store.opened("end_of_life")]
    view(
        connection,
        "end_of_life",
        pa.concat_tables([END_OF_LIFE.empty_table(), *(whole(rows, END_OF_LIFE) for rows in ends)]),
    )


def register_exploitation(
    store: FeedStore,
    connection: "duckdb.DuckDBPyConnection",
    vulnerabilities: Collection[str],
    known: pa.Table | None = None,
) -> None:
    """Make the view `exploitation` with the rows of these vulnerabilities; of those in `known`, such rows, no feed is asked.

    Raises as above.
    """
    told = SCHEMAS["exploitation"].empty_table() if known is None else known
    asked = set(vulnerabilities) - set(told["cve"].to_pylist())
    view(connection, "exploitation", pa.concat_tables([_rows(store, "exploitation", "cve", asked), told]))


def rows_with(file: pq.ParquetFile, column: str, values: Sequence[str], columns: Sequence[str]) -> Iterator[pa.Table]:
    """Columns of the rows of a file that have one of these sorted texts in `column`, by groups of rows.

    Groups that cannot have one are not read; of those that have none only `column`. Names that an older Hullmark wrote as
    records spell them are compared without case, where their registry knows none.
    """
    place, wanted = file.schema.names.index(column), pa.array(values, pa.string())
    for group in range(file.num_row_groups):
        is_caseless = column == "name" and _is_caseless(file, group)
        if not is_caseless and not _may_hold(file.metadata.row_group(group).column(place).statistics, values):
            continue
        stated = file.read_row_group(group, [column], use_threads=False)[column]
        held = pc.is_in(pc.utf8_lower(stated) if is_caseless else stated, wanted)
        if pc.any(held).as_py():
            yield file.read_row_group(group, columns, use_threads=False).filter(held)


def _is_caseless(file: pq.ParquetFile, group: int) -> bool:
    """Whether a group of rows is about packages of a registry that knows no case."""
    names = file.schema.names
    known = file.metadata.row_group(group).column(names.index("ecosystem")).statistics if "ecosystem" in names else None
    return known is not None and known.has_min_max and {known.min, known.max} <= CASELESS


def _may_hold(statistics: pq.Statistics | None, values: Sequence[str]) -> bool:
    """Whether one of the sorted values lies between the least and the greatest of a group, where these are known."""
    if statistics is None or not statistics.has_min_max:
        return True
    first = bisect_left(values, statistics.min)
    return first < len(values) and values[first] <= statistics.max


def _rows(store: FeedStore, table: str, column: str, values: Collection[str]) -> pa.Table:
    """The rows of a table in all current snapshots that have one of these values in a column."""
    schema, wanted = SCHEMAS[table], sorted(values)
    read = [name for name in schema.names if name not in UNREAD]
    files = store.opened(table) if wanted else ()
    parts = [whole(part, schema) for file in files for part in rows_with(file, column, wanted, read)]
    return pa.concat_tables([schema.empty_table(), *parts])


def _advisories(store: FeedStore, about: Collection[str], also: Collection[str]) -> pa.Table:
    """The advisories of these ids and of `also`, and those about one of their vulnerabilities, or of `also`, alone.

    What stands in TOLD is null in groups of rows without one of `about`: texts are most of what an advisory is.
    """
    schema = SCHEMAS["advisories"]
    files = [*store.opened("advisories")] if about or also else []
    groups = [(file, group) for file in files for group in range(file.num_row_groups)]
    if not groups:
        return schema.empty_table()
    named = [file.read_row_group(group, [RECORD, ABOUT], use_threads=False) for file, group in groups]
    wanted = _kin(named, about, also)
    rest = [name for name in schema.names if name not in {RECORD, ABOUT, *UNREAD}]
    ours, weighed = pa.array(about, pa.string()), [name for name in rest if name not in TOLD]
    parts = []
    for (file, group), known in zip(groups, named, strict=True):
        held = pc.is_in(known[RECORD], wanted)
        if pc.any(held).as_py():
            part = known.filter(held)
            columns = rest if pc.any(pc.is_in(part[RECORD], ours)).as_py() else weighed
            others = file.read_row_group(group, columns, use_threads=False).filter(held)
            for name in others.column_names:
                part = part.append_column(name, others[name])
            parts.append(whole(part, schema))
    return pa.concat_tables([schema.empty_table(), *parts])


def _kin(named: Sequence[pa.Table], about: Collection[str], also: Collection[str]) -> pa.Array:
    """The ids of `about` and `also`, and of the records about one of their vulnerabilities, or of `also`, alone.

    `named`: the columns RECORD and ABOUT of all advisories, by groups of rows, which are not put together: they are large.
    """
    ours, words = pa.array(about, pa.string()), [pa.array(also, pa.string())]
    for rows in named:
        held = pc.is_in(rows[RECORD], ours)
        if pc.any(held).as_py():
            words.append(pc.list_flatten(rows[ABOUT].filter(held)).combine_chunks())
    wanted, kin = pa.concat_arrays(words), {*about, *also}
    for rows in named:
        lists = rows[ABOUT].combine_chunks()
        found = pc.list_parent_indices(lists).filter(pc.is_in(pc.list_flatten(lists), wanted))
        if len(found):
            near = rows.take(found)
            kin.update(near.filter(pc.equal(pc.list_value_length(near[ABOUT]), 1))[RECORD].to_pylist())
    return pa.array(kin, pa.string())
