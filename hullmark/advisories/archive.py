"""All feeds as one file, for machines without a network: a tar of the current snapshots with a list of their digests.

    manifest.json                       format, loader, and for each feed its state and the SHA-256 and size of each table
    <feed>/<snapshot>/<table>.parquet

Nothing that the file says becomes a path: only members that the manifest names are read, and only under names of feeds,
snapshots and tables. A table is taken when its digest is right and it is Parquet of the schema that the store expects.
"""

import hashlib
import io
import re
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from hullmark.advisories.loader import loader
from hullmark.advisories.snapshot_tables import SCHEMAS
from hullmark.advisories.state import FeedState, parse_state
from hullmark.advisories.store import FeedStore
from hullmark.advisories.unwritten import is_full
from hullmark.errors import FeedError
from hullmark.lake.place import one_line
from hullmark.settings import Limits

FORMAT = 1
MANIFEST = "manifest.json"
MOST_MEMBERS = 10_000
MOST_MANIFEST = 16 * 1024 * 1024
_FEED = re.compile(r"[a-z]{1,16}(/[A-Za-z0-9][A-Za-z0-9 ._-]{0,63})?")
_SNAPSHOT = re.compile(r"[0-9a-f]{32}")


def export_feeds(store: FeedStore, target: Path) -> list[FeedState]:
    """Write every current snapshot to `target`, whole or not at all; returns the feeds. Raises FeedError, also for none."""
    states = store.current()
    if not states:
        raise FeedError("there is no feed to export yet; run `hullmark feeds sync` first")
    part = target.with_name(f"{target.name}.part")
    try:
        with tarfile.open(part, "w") as archive:
            entries = [_put(archive, store, state) for state in states]
            manifest = {"format": FORMAT, "loader": loader(), "feeds": entries}
            _add(archive, MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        part.replace(target)
    except FeedError:
        part.unlink(missing_ok=True)
        raise
    except OSError as error:
        part.unlink(missing_ok=True)
        helps = "free some space there" if is_full(error) else "name a file in a folder that is there"
        raise FeedError(f"{target} cannot be written ({one_line(error)}); {helps}") from None
    return states


def import_feeds(store: FeedStore, file: Path, limits: Limits) -> list[FeedState]:
    """Put the snapshots of an exported file into the store and make them current; returns those that were not there.

    A feed whose snapshot in the store was known to be current later than the file's is left alone. Everything is verified
    before anything is written. Raises FeedError, and LakeError when the store cannot be written.
    """
    try:
        with tarfile.open(file, "r:") as archive:
            members = _members(archive, file)
            manifest = _manifest(archive, members, file)
            new = [entry for entry in manifest if _is_newer(store, entry)]
            for entry in new:
                _tables(archive, members, entry, file, limits)
            for entry in new:
                store.put(entry["state"], _tables(archive, members, entry, file, limits))
    except FileNotFoundError:
        raise FeedError(f"{file} is not there; name a file that `hullmark feeds export` has written") from None
    except (tarfile.TarError, OSError, EOFError) as error:
        raise FeedError(f"{file} is no file of exported feeds ({one_line(error)}); export it again") from None
    return [entry["state"] for entry in new]


def _put(archive: tarfile.TarFile, store: FeedStore, state: FeedState) -> dict[str, Any]:
    tables: dict[str, dict[str, object]] = {}
    for name, content in store.files(state.feed, state.snapshot):
        _add(archive, f"{state.feed}/{state.snapshot}/{name}.parquet", content)
        tables[name] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    return {"state": asdict(state), "tables": tables}


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    item = tarfile.TarInfo(name)
    item.size = len(content)
    archive.addfile(item, io.BytesIO(content))


def _members(archive: tarfile.TarFile, file: Path) -> Mapping[str, tarfile.TarInfo]:
    found: dict[str, tarfile.TarInfo] = {}
    for item in archive:
        if len(found) >= MOST_MEMBERS or not item.isreg() or item.name in found:
            raise FeedError(f"{file} is no file of exported feeds: {item.name[:80]!r} does not belong there")
        found[item.name] = item
    return found


def _manifest(archive: tarfile.TarFile, members: Mapping[str, tarfile.TarInfo], file: Path) -> list[dict[str, Any]]:
    """The feeds with their states; raises FeedError for what this Hullmark cannot read."""
    item = members.get(MANIFEST)
    if item is None or item.size > MOST_MANIFEST:
        raise FeedError(f"{file} is no file of exported feeds: it has no {MANIFEST}")
    try:
        manifest = orjson.loads(_content(archive, item))
        if manifest["format"] != FORMAT or manifest["loader"] != loader():
            raise FeedError(f"{file} was exported by another version of Hullmark; export it with the one that imports it")
        return [_entry(entry, file) for entry in manifest["feeds"]]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, ValueError):
        raise FeedError(f"{file} is no file of exported feeds: its {MANIFEST} is damaged") from None


def _entry(entry: Mapping[str, Any], file: Path) -> dict[str, Any]:
    state = parse_state(orjson.dumps(entry["state"]), "of the export")
    if not _FEED.fullmatch(state.feed) or not _SNAPSHOT.fullmatch(state.snapshot) or "problems" not in entry["tables"]:
        raise FeedError(f"{file} is no file of exported feeds: it names a feed {state.feed[:80]!r}")
    state = replace(state, loader=loader(), records=int(state.records), problems=int(state.problems))
    tables = {name: (str(facts["sha256"]), int(facts["size"])) for name, facts in entry["tables"].items() if name in SCHEMAS}
    return {"state": state, "tables": tables}


def _is_newer(store: FeedStore, entry: Mapping[str, Any]) -> bool:
    known, state = store.state(entry["state"].feed), entry["state"]
    if not store.holds(known.feed, known.snapshot):  # there was none, or somebody deleted it
        return True
    if known.snapshot == state.snapshot:
        return False
    times: tuple[datetime | None, datetime | None] = (known.fetched_at, state.fetched_at)
    return times[0] is None or (times[1] is not None and times[1] > times[0])


def _tables(
    archive: tarfile.TarFile, members: Mapping[str, tarfile.TarInfo], entry: Mapping[str, Any], file: Path, limits: Limits
) -> dict[str, pa.Table]:
    """The tables of one feed, verified."""
    state, found = entry["state"], {}
    for name, (digest, size) in entry["tables"].items():
        path = f"{state.feed}/{state.snapshot}/{name}.parquet"
        item = members.get(path)
        if item is None or item.size != size or size > limits.feed_bytes:
            raise FeedError(f"{file} is damaged: {path} is not there or not as large as it should be; export it again")
        content = _content(archive, item)
        if hashlib.sha256(content).hexdigest() != digest:
            raise FeedError(f"{file} is damaged: {path} is not what its digest says; export it again")
        found[name] = _table(content, name, path, file, limits)
    return found


def _table(content: bytes, name: str, path: str, file: Path, limits: Limits) -> pa.Table:
    try:
        parquet = pq.ParquetFile(pa.BufferReader(content))
        groups = (parquet.metadata.row_group(number) for number in range(parquet.metadata.num_row_groups))
        if sum(group.total_byte_size for group in groups) > limits.feed_bytes:
            raise FeedError(f"{file} is damaged: {path} unpacks to more than {limits.feed_bytes:,} bytes")
        return parquet.read(columns=SCHEMAS[name].names).cast(SCHEMAS[name])
    except (pa.ArrowException, OSError, KeyError) as error:
        raise FeedError(f"{file} is damaged: {path} is no table of that kind ({str(error)[:80]})") from None


def _content(archive: tarfile.TarFile, item: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(item)
    return stream.read() if stream else b""
