"""OSV by ecosystem: `<Ecosystem>/all.zip`, one `<id>.json` a record (google.github.io/osv.dev/data)."""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.advisories.feeds import Feed, Loaded, Source
from hullmark.advisories.osv import Row, Rows, parse_record
from hullmark.errors import FeedError
from hullmark.lake.schema import ADVISORIES, AFFECTED, AFFECTED_VERSIONS, FEED_PROBLEMS
from hullmark.settings import Limits

PUBLISHER = "https://osv-vulnerabilities.storage.googleapis.com"


def sources(ecosystems: Sequence[str]) -> Iterator[Source]:
    """One zip an ecosystem."""
    for name in ecosystems:
        yield Source(f"osv/{name}", f"osv/{name}/all.zip", f"{PUBLISHER}/{quote(name)}/all.zip")


def load(file: Path, source: Source, limits: Limits) -> Loaded:
    """Parse every record; one that is broken is a problem, the rest loads. Raises FeedError for what is no zip."""
    ecosystem = source.feed.removeprefix("osv/")
    rows, records = Rows(), 0
    try:
        with zipfile.ZipFile(file) as archive:
            names = [item for item in archive.infolist() if item.filename.endswith(".json")]
            if sum(item.file_size for item in names) > limits.feed_bytes:
                raise FeedError(f"the feed {source.feed} unpacks to more than {limits.feed_bytes:,} bytes; raise feed_bytes")
            for item in names:
                records += 1
                _read(archive, item, source, ecosystem, rows, limits)
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise FeedError(f"the feed {source.feed} is no readable zip ({error}); fetch it again later") from None
    if names and not rows.advisories:
        raise FeedError(f"the feed {source.feed} has {records:,} records and none could be read; fetch it again later")
    tables = {
        "advisories": _table(rows.advisories, ADVISORIES),
        "affected": _table(rows.affected, AFFECTED),
        "affected_versions": _table(rows.versions, AFFECTED_VERSIONS),
        "problems": _table([(source.feed, name, reason) for name, reason in rows.problems], FEED_PROBLEMS),
    }
    modified = pc.max(tables["advisories"]["modified"]).as_py()
    return Loaded(tables, records, modified)


def _read(  # noqa: PLR0913, PLR0917  one record and all that it goes to
    archive: zipfile.ZipFile, item: zipfile.ZipInfo, source: Source, ecosystem: str, rows: Rows, limits: Limits
) -> None:
    name = item.filename.removesuffix(".json")[:200]
    if item.file_size > limits.record_bytes:
        rows.problems.append((name, f"the record is larger than {limits.record_bytes:,} bytes"))
        return
    try:
        record = orjson.loads(archive.read(item))
    except (orjson.JSONDecodeError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        rows.problems.append((name, f"the record cannot be read: {str(error)[:160]}"))
        return
    parse_record(record, source.feed, ecosystem, rows)


def _table(rows: Sequence[Row], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [[] for _ in schema]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


FEED = Feed("osv", sources, load)
