"""Fetching only the OSV records that have changed: `modified_id.csv` says which, and each lies beside it as `<id>.json`.

Where the publisher has no such list, or no single records, or too many have changed, the whole zip is fetched. What is known
to have changed is what stands in the list otherwise than when the snapshot was made: no clock decides. A list is believed as
far as single records bear it out: what has changed must be there, under its own id, and what has gone must not. Else the zip
decides too, so that a cut or foreign answer takes nothing away. (google.github.io/osv.dev/data)
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from urllib.parse import quote

import orjson

from hullmark.advisories.asking import Asker, Held, bundle, part_of
from hullmark.advisories.feeds import Source
from hullmark.advisories.fetch import Absent, Fetched
from hullmark.errors import FeedError

LISTING = "modified_id.csv"
MOST_CHANGES = 500  # single records; beyond, the zip is cheaper
REQUESTS = 8  # at once
LONGEST_ID = 256
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


@contextmanager
def fetch_changes(asker: Asker, source: Source, held: Held) -> Iterator[Fetched | None]:
    """The zip of an ecosystem, or a bundle of the records that have changed; None when the feed is the one that we have."""
    content = _listed(asker, source) if asker.is_remote else b""
    listing = parse_listing(content) if content else {}
    changed = sorted(name for name, modified in listing.items() if held.listing.get(name) != modified)
    gone = sorted(held.listing.keys() - listing.keys())
    if listing and held.listing and not changed and not gone:
        yield None
        return
    few = listing and held.listing and len(changed) + len(gone) <= MOST_CHANGES
    if few and (files := _records(asker, source, changed, gone)) is not None:
        with bundle(files, held.validators) as fetched:
            part = part_of(fetched, held.snapshot, frozenset((*changed, *gone)), content)
            yield replace(part, listing=listing)
        return
    with asker.fetching(asker.url(source.path, source.url), held.validators) as whole:
        yield replace(whole, listing=listing) if whole is not None else None


def parse_listing(content: bytes) -> dict[str, str]:
    """The id of each record and when it was modified, as the publisher writes it; nothing where a line is none of a list."""
    try:
        rows = [row for row in csv.reader(io.StringIO(content.decode("utf-8", "replace"))) if row]
    except csv.Error:  # a line end within a field, or a field without end
        return {}
    if all(len(row) == 2 and 0 < len(row[1]) <= LONGEST_ID and _TIME.match(row[0]) for row in rows):
        return {row[1]: row[0] for row in rows}
    return {}


def _listed(asker: Asker, source: Source) -> bytes:
    """The list, b"" where there is none."""
    try:
        return asker.read(_beside(asker, source, LISTING))
    except Absent:
        return b""


def _records(asker: Asker, source: Source, changed: Sequence[str], gone: Sequence[str]) -> list[tuple[str, bytes]] | None:
    """The files of the records that have changed; None when the publisher does not serve one, or one that is gone."""
    with ThreadPoolExecutor(REQUESTS) as pool:
        try:
            contents = list(pool.map(partial(_record, asker, source), changed))
            is_gone = all(pool.map(partial(_is_gone, asker, source), gone))
        except FeedError:
            pool.shutdown(cancel_futures=True)
            return None
    return [(f"{name}.json", content) for name, content in zip(changed, contents, strict=True)] if is_gone else None


def _record(asker: Asker, source: Source, name: str) -> bytes:
    """The file of one record; raises FeedError for what is not that record."""
    content = asker.read(_beside(asker, source, f"{name}.json"))
    try:
        record = orjson.loads(content)
    except orjson.JSONDecodeError:
        record = None
    if not isinstance(record, dict) or record.get("id") != name:
        raise FeedError(f"the record {name} of the feed {source.feed} cannot be read; fetch it again later")
    return content


def _is_gone(asker: Asker, source: Source, name: str) -> bool:
    try:
        asker.read(_beside(asker, source, f"{name}.json"))
    except Absent:
        return True
    return False


def _beside(asker: Asker, source: Source, name: str) -> str:
    """Where a file of the same ecosystem lies."""
    published = f"{source.url.rpartition('/')[0]}/{quote(name, safe='')}"
    return asker.url(f"{source.path.rpartition('/')[0]}/{name}", published)
