"""FIRST's exploit prediction scores: gzip-ed CSV with a comment line, `cve,epss,percentile` (first.org/epss)."""

import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from functools import reduce
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.advisories.feeds import Feed, Loaded, Source
from hullmark.errors import FeedError
from hullmark.lake.schema import EXPLOITATION, FEED_PROBLEMS
from hullmark.settings import MIB, Settings

NAME = "epss_scores-current.csv.gz"
URL = f"https://epss.empiricalsecurity.com/{NAME}"
UNPACKED_BYTES = 512 * MIB  # some 50 times what it had in 2026
_DATE = re.compile(rb"score_date:(\d{4}-\d\d-\d\d)")


def sources(_ecosystems: Sequence[str]) -> Iterator[Source]:
    """The one file."""
    yield Source("epss", f"epss/{NAME}", URL)


def load(file: Path, source: Source, settings: Settings) -> Loaded:
    """Parse the scores; a row that is out of range is a problem. Raises FeedError."""
    import pyarrow.csv as pa_csv  # noqa: PLC0415  a scan whose scores are the last ones needs none

    try:
        most = min(settings.limits.feed_bytes, UNPACKED_BYTES)
        with gzip.open(file) as stream:
            content = stream.read(most + 1)
        if len(content) > most:
            raise FeedError(f"the feed {source.feed} unpacks to more than {most:,} bytes; check its address")
        head, _, body = content.partition(b"\n") if content.startswith(b"#") else (b"", b"", content)
        kinds = {"cve": pa.string(), "epss": pa.float64(), "percentile": pa.float64()}
        table = pa_csv.read_csv(pa.BufferReader(body), convert_options=pa_csv.ConvertOptions(column_types=kinds))
        table = table.select(list(kinds))
    except (OSError, EOFError, zlib.error, pa.ArrowInvalid, KeyError) as error:
        raise FeedError(f"the feed {source.feed} is no table of scores ({str(error)[:120]}); fetch it again later") from None
    sane = pc.fill_null(
        reduce(pc.and_kleene, [_is_share(table["epss"]), _is_share(table["percentile"]), _is_cve(table["cve"])]), False
    )
    good, bad = table.filter(sane), table.filter(pc.invert(sane))
    if not good.num_rows:
        raise FeedError(f"the feed {source.feed} holds no score; fetch it again later")
    day = _day(head)
    problems = [
        {"feed": source.feed, "record": str(cve)[:200], "reason": "it has no CVE id, or a score that is not between 0 and 1"}
        for cve in bad["cve"].to_pylist()
    ]
    tables = {
        "exploitation": _exploitation(good, day),
        "problems": pa.Table.from_pylist(problems, schema=FEED_PROBLEMS),
    }
    return Loaded(tables, good.num_rows, datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None)


def _day(head: bytes) -> date | None:
    """The day of the scores as their first line has it; None where it names none that there is."""
    stated = _DATE.search(head)
    try:
        return date.fromisoformat(stated[1].decode()) if stated else None
    except ValueError:
        return None


def _is_share(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.and_kleene(pc.less_equal(column, 1.0), pc.greater_equal(column, 0.0))


def _is_cve(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.starts_with(column, "CVE-")


def _exploitation(scores: pa.Table, day: date | None) -> pa.Table:
    known = {"cve": scores["cve"], "epss": scores["epss"], "epss_percentile": scores["percentile"]}
    columns = []
    for field in EXPLOITATION:
        if field.name in known:
            columns.append(known[field.name].combine_chunks())
        elif field.name == "epss_date":
            columns.append(pa.array([day] * scores.num_rows, field.type))
        else:
            columns.append(pa.nulls(scores.num_rows, field.type))
    return pa.Table.from_arrays(columns, schema=EXPLOITATION)


FEED = Feed("epss", sources, load)
