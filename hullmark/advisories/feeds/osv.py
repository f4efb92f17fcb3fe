"""OSV by ecosystem: `<Ecosystem>/all.zip`, one `<id>.json` a record (google.github.io/osv.dev/data)."""

import re
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from mmap import ACCESS_READ, mmap
from pathlib import Path
from urllib.parse import quote

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.advisories.changes import fetch_changes
from hullmark.advisories.feeds import Feed, Loaded, Source
from hullmark.advisories.osv import Row, Rows, parse_record
from hullmark.errors import CorruptData, FeedError, LimitExceeded, UsageError
from hullmark.formats.zip import Budget, Window, entries
from hullmark.lake.schema import ADVISORIES, AFFECTED, AFFECTED_VERSIONS, FEED_PROBLEMS, SEVERITIES
from hullmark.settings import Limits
from hullmark.versions import scheme_of_ecosystem

PUBLISHER = "https://osv-vulnerabilities.storage.googleapis.com"
OTHERS = {"Amazon Linux"}  # which OSV does not serve, and another kind of feed does
BATCH = 50_000  # rows that are Python objects at once
_ECOSYSTEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
_BROKEN = (orjson.JSONDecodeError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_UNREADABLE = (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, CorruptData, LimitExceeded)


def sources(ecosystems: Sequence[str]) -> Iterator[Source]:
    """One zip an ecosystem; raises UsageError for what cannot be the name of one."""
    for name in ecosystems:
        if name in OTHERS:
            continue
        if not _ECOSYSTEM.fullmatch(name):
            raise UsageError(f"{name[:80]!r} is no OSV ecosystem; name one without its release, such as Debian or PyPI")
        yield Source(f"osv/{name}", f"osv/{name}/all.zip", f"{PUBLISHER}/{quote(name)}/all.zip", name)


def load(file: Path, source: Source, limits: Limits) -> Loaded:
    """Parse every record; one that is broken is a problem, the rest loads. Raises FeedError for no zip and no record."""
    loaded = load_part(file, source, limits)
    if not loaded.tables["advisories"].num_rows:
        raise FeedError(_nothing(source, loaded.records))
    return loaded


def load_part(file: Path, source: Source, limits: Limits) -> Loaded:
    """The same of some records, among which none may count."""
    records, tables = 0, Tables(source.feed, source.ecosystem)
    try:
        _require_few(file)
        with zipfile.ZipFile(file) as archive:
            for item in _items(archive, source, limits):
                records += 1
                _read(archive, item, tables, limits)
    except _UNREADABLE as error:
        raise FeedError(f"the feed {source.feed} is no readable zip ({error}); fetch it again later") from None
    loaded = tables.finish()
    return Loaded(loaded, records, pc.max(loaded["advisories"]["modified"]).as_py())


class Tables:
    """The tables of one feed as they grow; rows are Arrow but for the last few."""

    def __init__(self, feed: str, ecosystem: str) -> None:
        self.feed, self.ecosystem = feed, ecosystem
        self.rows = Rows()
        self._ids: set[object] = set()
        schemas = {
            "advisories": ADVISORIES, "affected": AFFECTED, "affected_versions": AFFECTED_VERSIONS,
            "severities": SEVERITIES, "problems": FEED_PROBLEMS,
        }  # fmt: skip
        self._tables = {name: [schema.empty_table()] for name, schema in schemas.items()}

    def add(self, record: object) -> None:
        """One record as parsed from JSON; a second one of the same id is a problem."""
        known = len(self.rows.advisories)
        parse_record(record, self.feed, self.ecosystem, self.rows)
        for row in self.rows.advisories[known:]:
            if row[0] in self._ids:
                self.rows.problems.append((str(row[0]), "two records have this id; the ranges of both count"))
                self.rows.advisories.pop()
            self._ids.add(row[0])
        self.settle()

    def settle(self) -> None:
        """Turn rows into Arrow once there are many."""
        if len(self.rows.affected) + len(self.rows.versions) + len(self.rows.advisories) > BATCH:
            self._flush()

    def refuse(self, record: str, reason: str) -> None:
        """A record that could not be read."""
        self.rows.problems.append((record, reason))

    def finish(self) -> dict[str, pa.Table]:
        """The tables by their names in `store.SCHEMAS`."""
        self._flush()
        return {name: pa.concat_tables(parts) for name, parts in self._tables.items()}

    def _flush(self) -> None:
        rows, self.rows = self.rows, Rows()
        problems: list[Row] = [(self.feed, *problem) for problem in dict.fromkeys(rows.problems)]
        batches = (rows.advisories, rows.affected, rows.versions, rows.severities, problems)
        for parts, batch in zip(self._tables.values(), batches, strict=True):
            if batch:
                parts.append(_table(batch, parts[0].schema))


def _require_few(file: Path) -> None:
    """Raise LimitExceeded for a zip that lists more members than are held in memory; they are only counted here."""
    with file.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as content:
        listed = Window(content, 0, len(content))
        deque(entries(listed, lambda _name: False, Budget.of(0)), maxlen=0)


def _items(archive: zipfile.ZipFile, source: Source, limits: Limits) -> list[zipfile.ZipInfo]:
    items = [item for item in archive.infolist() if item.filename.endswith(".json")]
    # A record that says that it is larger than one may be is not read, whatever it says.
    if sum(item.file_size for item in items if item.file_size <= limits.record_bytes) > limits.feed_bytes:
        raise FeedError(f"the feed {source.feed} unpacks to more than {limits.feed_bytes:,} bytes; check its address")
    return items


def _read(archive: zipfile.ZipFile, item: zipfile.ZipInfo, tables: Tables, limits: Limits) -> None:
    name = item.filename.removesuffix(".json")[:200].encode("utf-8", "replace").decode()
    if item.file_size > limits.record_bytes:
        tables.refuse(name, f"the record is larger than {limits.record_bytes:,} bytes")
        return
    try:
        record = orjson.loads(archive.read(item))
    except _BROKEN as error:
        tables.refuse(name, f"the record cannot be read: {str(error)[:160]}")
        return
    tables.add(record)


def _nothing(source: Source, records: int) -> str:
    ecosystem = source.ecosystem
    if not records:
        return f"the feed {source.feed} holds no record; fetch it again later"
    if scheme_of_ecosystem(ecosystem) is None:
        return f"the feed {source.feed} only has ranges of versions, and Hullmark cannot order versions of {ecosystem} yet"
    return f"the feed {source.feed} has {records:,} records and none could be read; fetch it again later"


def _table(rows: Sequence[Row], schema: pa.Schema) -> pa.Table:
    arrays = [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


FEED = Feed("osv", sources, load, fetch_changes, load_part)
