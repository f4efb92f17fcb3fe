"""The one way in which a page asks the lake: a query by its name, cached for as long as the lake stays as it is."""

from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.resources import files
from threading import Lock
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from hullmark.advisories.snapshot import FeedStore
from hullmark.analysis.campaigns import best_changes, find_elements
from hullmark.analysis.explain import explain
from hullmark.analysis.explanation import Explanation
from hullmark.analysis.fixed_versions import register_fixed_versions
from hullmark.analysis.history import Difference, difference, images_ever_named, register_history
from hullmark.analysis.image_plan import Origin, Step, image_origin, image_plan
from hullmark.analysis.remedies import find_remedies, open_remedies
from hullmark.analysis.told import Told, find_told
from hullmark.compliance.due import register_due
from hullmark.compliance.fleet_bases import fleet_bases
from hullmark.compliance.load import read_policy
from hullmark.errors import LakeError
from hullmark.lake.store import Lake
from hullmark.quality.quarantine import Kept, kept
from hullmark.reports.documents import document
from hullmark.reports.tally import register_tally
from hullmark.settings import Settings, read_settings
from hullmark.sql import read_sql
from hullmark.stored.named import named
from hullmark.stored.report import stored_report

QUERIES = "hullmark.reports.queries"
MOST_CHANGES = 50  # that are worked out; what a change ends is the same however many are
LOOK_AGAIN_SECONDS = 2.0  # how long a commit may stay unseen
HARMFUL = r"[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]"  # controls, bidirectional overrides, private use, line separators
State = tuple[tuple[str, int], ...]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """A connection to one state of the lake, for one question at a time."""

    connection: duckdb.DuckDBPyConnection
    turn: Lock = field(default_factory=Lock)


def lake_state() -> State:
    """The versions of the lake's tables, which name a state of it: part of the key of what is kept."""
    state: State = _state(settings().lake)
    return state


def settings() -> Settings:
    """The settings of the environment that the dashboard was started in."""
    return read_settings()


def ask(query: str, **parameters: object) -> pa.Table:
    """The rows of `hullmark/reports/queries/<query>.sql` with its named parameters; text comes without control characters.

    Raises LakeError when the lake cannot be read, or when a question is too big for the memory it may use.
    """
    lake = settings().lake
    table: pa.Table = _answer(lake, _state(lake), query, parameters)
    return table


def ask_row(query: str, **parameters: object) -> Row:
    """The only row of a query that has one; empty when it has none."""
    rows: list[Row] = ask(query, **parameters).slice(0, 1).to_pylist()
    return rows[0] if rows else {}


def lake_exists() -> bool:
    """Whether there is a lake at the address of the settings; raises LakeError for one that cannot be read."""
    return Lake(settings().lake).exists()


@st.cache_data(ttl="1m", show_spinner=False, max_entries=4)
def deleted_feeds(lake: str) -> list[str]:
    """The feeds whose last good snapshot is gone from the lake, by name."""
    return sorted(FeedStore(Lake(lake).feeds_root).deleted())


@st.cache_data(ttl="1m", show_spinner=False, max_entries=4)
def rejected(lake: str) -> list[Kept]:
    """The batches that failed their checks and wait for a decision."""
    return kept(Lake(lake))


def campaigns() -> pa.Table:
    """The changes that end the most risk in the fleet, at most `MOST_CHANGES`, best first (see `campaigns.sql`)."""
    lake = settings().lake
    table: pa.Table = _campaigns(lake, _state(lake))
    return table


def plan(digest: str) -> tuple[tuple[Step, ...], Origin]:
    """The steps that end findings of one image, in order, and where it is built from."""
    lake = settings().lake
    found: tuple[tuple[Step, ...], Origin] = _plan(lake, _state(lake), digest)
    return found


def report(digest: str, form: str) -> bytes:
    """A document about one image of the fleet, as `hullmark report` writes it; text in it comes as it is."""
    lake = settings().lake
    found: bytes = _report(lake, _state(lake), digest, form)
    return found


def compared(before: str, after: str) -> Difference:
    """What two images, by repository:tag or digest, do not have alike. Raises NotFound and UsageError."""
    lake = settings().lake
    found: Difference = _compared(lake, _state(lake), before, after)
    return found


@st.cache_data(ttl="1h", show_spinner=False, max_entries=8)
def _report(lake: str, state: State, digest: str, form: str) -> bytes:  # the state is part of the cache key
    place = Lake(lake)
    with closing(place.connect(memory_mb=settings().memory_mb)) as connection:
        store = FeedStore(place.feeds_root)
        found = [stored_report(connection, store, meant, settings()).report for meant in named(connection, digest, "all")]
    return document(form).write(found)


@st.cache_data(ttl="1h", show_spinner="Comparing …", max_entries=32)
def _compared(lake: str, state: State, before: str, after: str) -> Difference:
    reader = _reader(lake, state)
    with reader.turn:
        found = difference(reader.connection, *images_ever_named(reader.connection, before, after))
    return replace(found, packages=harmless(found.packages), findings=harmless(found.findings))


@st.cache_data(ttl=LOOK_AGAIN_SECONDS, show_spinner=False, max_entries=16)
def _state(lake: str) -> State:
    return tuple(sorted(Lake(lake).versions().items()))


@st.cache_data(ttl="1h", show_spinner=False, max_entries=400)
def _answer(lake: str, state: State, query: str, parameters: dict[str, object]) -> pa.Table:
    reader = READERS.get(query.partition("_")[0], _reader)(lake, state)
    with reader.turn:
        try:
            return harmless(reader.connection.sql(read_sql(QUERIES, f"{query}.sql"), params=parameters).to_arrow_table())
        except duckdb.OutOfMemoryException:
            raise LakeError("the question needs more memory than it may use; raise HULLMARK_MEMORY_MB") from None
        except duckdb.IOException:
            raise LakeError(f"a file of the lake {lake} cannot be read; reload the page, or check its disk") from None


@st.cache_data(ttl="1h", show_spinner="Working out what each change would end …", max_entries=8)
def _campaigns(lake: str, state: State) -> pa.Table:
    reader = _fixes_reader(lake, state)
    with reader.turn:
        return harmless(best_changes(reader.connection, MOST_CHANGES))


@st.cache_data(ttl="1h", show_spinner="Working out what each change would end …", max_entries=400)
def _plan(lake: str, state: State, digest: str) -> tuple[tuple[Step, ...], Origin]:
    reader = _remedies(lake, state)
    with reader.turn:
        return image_plan(reader.connection, digest), image_origin(reader.connection, digest)


@st.cache_resource(ttl="1h", max_entries=1, show_spinner=False)
def _remedies(lake: str, state: State) -> Reader:  # the state is part of the cache key
    place = Lake(lake)
    connection = open_remedies(place, settings().memory_mb)
    try:
        find_remedies(connection, FeedStore(place.feeds_root), datetime.now(UTC))
    except duckdb.OutOfMemoryException:
        raise LakeError("this page needs more memory than it may use; raise HULLMARK_MEMORY_MB") from None
    return Reader(connection)


def reason(digest: str, vulnerability: str) -> Explanation:
    """Why an image is affected by a vulnerability, or why not."""
    lake = settings().lake
    answer: Explanation = _reason(lake, _state(lake), digest, vulnerability)
    return answer


@st.cache_data(max_entries=32, show_spinner="Asking the advisories")
def _reason(lake: str, state: State, digest: str, vulnerability: str) -> Explanation:  # the state is part of the cache key
    place = Lake(lake)
    with closing(place.connect(memory_mb=settings().memory_mb)) as connection:
        return explain(connection, FeedStore(place.feeds_root), digest, vulnerability)


def told(vulnerability: str) -> Told:
    """What the current snapshots of all feeds say of a vulnerability."""
    lake = settings().lake
    found: Told = _told(lake, _state(lake), vulnerability)
    return found


@st.cache_data(max_entries=64, show_spinner="Asking the advisories")
def _told(lake: str, state: State, vulnerability: str) -> Told:  # the state is part of the cache key
    place = Lake(lake)
    with closing(place.connect(memory_mb=settings().memory_mb)) as connection:
        FeedStore(place.feeds_root).register(connection)
        return find_told(connection, vulnerability)


@st.cache_resource(ttl="1h", max_entries=2, show_spinner=False)  # exceptions end by themselves
def _reader(lake: str, state: State) -> Reader:  # the state is part of the cache key
    connection = Lake(lake).connect(memory_mb=settings().memory_mb)
    register_fixed_versions(connection)
    register_history(connection)
    for item in sorted(files(QUERIES).iterdir(), key=lambda item: item.name):
        if item.name.startswith("macro_"):
            connection.execute(item.read_text(encoding="utf-8"))
    register_tally(connection)
    return Reader(connection)


@st.cache_resource(ttl="1h", max_entries=2, show_spinner="Working out what stands on what …")
def _bases_reader(lake: str, state: State) -> Reader:
    """The reader of a state that knows `base` as well: worked out beside it, so that tables of both keep their names."""
    place, reader = Lake(lake), _reader(lake, state)
    with closing(place.connect(memory_mb=settings().memory_mb)) as connection:
        bases = fleet_bases(connection, FeedStore(place.feeds_root), read_policy(settings().policy), datetime.now(UTC))
    with reader.turn:
        reader.connection.register("base", bases)
    return reader


@st.cache_resource(ttl="1h", max_entries=2, show_spinner="Working out what is due …")
def _due_reader(lake: str, state: State) -> Reader:
    """The reader of a state that knows `due` as well."""
    reader: Reader = _reader(lake, state)
    with reader.turn:
        register_due(reader.connection, read_policy(settings().policy))
    return reader


@st.cache_resource(ttl="1h", max_entries=1, show_spinner="Working out what each change would end …")
def _fixes_reader(lake: str, state: State) -> Reader:
    """The reader of a state that knows what ends findings, and where the layer of each is made."""
    reader: Reader = _remedies(lake, state)
    with reader.turn:
        find_elements(reader.connection)
    return reader


READERS = {
    "bases": _bases_reader,
    "due": _due_reader,
    "fixes": _fixes_reader,
}  # those of queries that read more, by how their names begin


def harmless(table: pa.Table) -> pa.Table:
    """The table with each character in text and lists of it that could reorder or hide text as the replacement one."""
    for index, column in enumerate(table.schema):
        if pa.types.is_string(column.type):
            table = table.set_column(index, column.name, _shown(table[index]))
        elif pa.types.is_list(column.type) and pa.types.is_string(column.type.value_type):
            whole = table[index].combine_chunks()
            lists = pa.ListArray.from_arrays(whole.offsets, _shown(whole.values), mask=whole.is_null())
            table = table.set_column(index, column.name, lists)
    return table


def _shown(words: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    return pc.replace_substring_regex(words, HARMFUL, "\ufffd")
