"""FIRST's exploit prediction scores: gzip-ed CSV with a comment line, `cve,epss,percentile` (first.org/epss)."""

import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from hullmark.advisories.feeds import Feed, Loaded, Source
from hullmark.errors import FeedError
from hullmark.lake.schema import EXPLOITATION, FEED_PROBLEMS
from hullmark.settings import Limits

NAME = "epss_scores-current.csv.gz"
URL = f"https://epss.empiricalsecurity.com/{NAME}"
_DATE = re.compile(rb"score_date:(\d{4}-\d\d-\d\d)")


def sources(_ecosystems: Sequence[str]) -> Iterator[Source]:
    """The one file."""
    yield Source("epss", f"epss/{NAME}", URL)


def load(file: Path, source: Source, limits: Limits) -> Loaded:
    """Parse the scores; a row that is out of range is a problem. Raises FeedError."""
    try:
        with gzip.open(file) as stream:
            content = stream.read(limits.feed_bytes + 1)
        if len(content) > limits.feed_bytes:
            raise FeedError(f"the feed {source.feed} unpacks to more than {limits.feed_bytes:,} bytes; raise feed_bytes")
        head, _, body = content.partition(b"\n") if content.startswith(b"#") else (b"", b"", content)
        kinds = {"cve": pa.string(), "epss": pa.float64(), "percentile": pa.float64()}
        table = pa_csv.read_csv(pa.BufferReader(body), convert_options=pa_csv.ConvertOptions(column_types=kinds))
        table = table.select(list(kinds))
    except (OSError, EOFError, zlib.error, pa.ArrowInvalid, KeyError) as error:
        raise FeedError(f"the feed {source.feed} is no table of scores ({str(error)[:120]}); fetch it again later") from None
    sane = pc.and_kleene(pc.less_equal(table["epss"], 1.0), pc.greater_equal(table["epss"], 0.0))
    good = table.filter(sane)
    bad = table.num_rows - good.num_rows
    stated = _DATE.search(head)
    day = date.fromisoformat(stated[1].decode()) if stated else None
    problems = [{"feed": source.feed, "record": "", "reason": f"{bad} rows have a score that is none"}] if bad else []
    tables = {
        "exploitation": _exploitation(good, day),
        "problems": pa.Table.from_pylist(problems, schema=FEED_PROBLEMS),
    }
    return Loaded(tables, good.num_rows, datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None)


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
