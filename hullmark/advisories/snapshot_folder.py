"""Feed snapshots on disk: immutable Parquet files named by content, one small file a feed that says which is current.

    <root>/<feed>/<snapshot>/{advisories,affected,affected_versions,severities,exploitation,...,problems}.parquet
    <root>/<feed>/<snapshot>/{index.parquet,since-<earlier snapshot>}    made here of the others (record_index, differences)
    <root>/<feed>/<snapshot>/superseded
    <root>/<feed>/unfinished/    what a fetch that broke off had, which is no snapshot
    <root>/<feed>/current.json

A snapshot's id is of the fetched bytes and of the code that loads them, so that a new loader reads a feed again.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime

import orjson
import pyarrow as pa
import pyarrow.fs as pa_fs
import pyarrow.parquet as pq

from hullmark.advisories import differences
from hullmark.advisories.indexes import INDEX
from hullmark.advisories.record_index import record_index
from hullmark.advisories.snapshot_tables import SCHEMAS, parquet, unreadable
from hullmark.advisories.state import CURRENT, FeedState, parse_state
from hullmark.advisories.unfinished import FOLDER, Unfinished
from hullmark.advisories.unwritten import unwritten
from hullmark.errors import FeedError, LakeError
from hullmark.lake.place import Place, one_line, place

LAST = "problems.parquet"  # written last: a snapshot that has it is whole
SUPERSEDED = "superseded"  # an empty file beside them, as old as the day on which another snapshot took their place


class SnapshotFolder:
    """The snapshots below a folder or an `s3://` URL, each by its feed and id; making the object touches nothing."""

    def __init__(self, root: str) -> None:
        self._place: Place = place(root)

    @property
    def root(self) -> str:
        """The absolute folder or the URL."""
        return self._place.root

    def states(self) -> list[FeedState]:
        """Every feed that was ever tried, by name."""
        return sorted((self.state(name) for name in self._feeds()), key=lambda state: state.feed)

    def state(self, feed: str) -> FeedState:
        """One feed; a blank state when it was never tried."""
        content = self._place.read(f"{feed}/{CURRENT}")
        return parse_state(content, feed) if content is not None else FeedState(feed)

    def note(self, state: FeedState) -> None:
        """Write what is known of a feed, all at once; raises LakeError."""
        try:
            self._place.write(f"{state.feed}/{CURRENT}", orjson.dumps(asdict(state), option=orjson.OPT_INDENT_2))
        except OSError as error:
            raise unwritten(f"the state of feed {state.feed}", self.root, error) from None

    def forget(self, feed: str) -> None:
        """Take back what was noted of a feed that has no snapshot and never will; raises LakeError."""
        try:
            self._files().delete_file(f"{feed}/{CURRENT}")
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise LakeError(f"the state of feed {feed} cannot be deleted in {self.root}: {one_line(error)}") from None

    def deleted(self) -> set[str]:
        """The feeds whose last good snapshot is gone, as when somebody deleted it."""
        return self._deleted(self.states())

    def put(self, state: FeedState, tables: dict[str, pa.Table]) -> None:
        """Keep a snapshot and make it current; raises LakeError."""
        try:
            index, before = record_index(tables), self._before(state)
            whole = {INDEX: index, **tables}
            if before and "advisories" in tables:  # what others say is compared with what is stored
                differences.note(self._place, state.feed, state.snapshot, before, index)
            for name in sorted(whole, key=lambda name: name == "problems"):
                self._place.write(f"{state.feed}/{state.snapshot}/{name}.parquet", parquet(name, whole))
            self.note(state)
        except OSError as error:
            raise unwritten(f"the feed {state.feed}", self.root, error) from None

    def holds(self, feed: str, snapshot: str) -> bool:
        """Whether a snapshot lies here whole."""
        return bool(snapshot) and self._place.read(f"{feed}/{snapshot}/{LAST}") is not None

    def tables(self, feed: str, snapshot: str) -> dict[str, pa.Table]:
        """Everything that a snapshot holds, by table; raises FeedError when it is gone or damaged."""
        found = {
            name: self._table(path)
            for name in SCHEMAS
            if self._files().get_file_info(path := f"{feed}/{snapshot}/{name}.parquet").type == pa_fs.FileType.File
        }
        if "problems" not in found:
            raise FeedError(f"{self._gone(FeedState(feed, snapshot))}; run `hullmark feeds sync`")
        return found

    def files(self, feed: str, snapshot: str) -> Iterator[tuple[str, bytes]]:
        """(table, its Parquet file) of a snapshot, the one that is written last in the end; raises FeedError as above."""
        if not self.holds(feed, snapshot):
            raise FeedError(f"{self._gone(FeedState(feed, snapshot))}; run `hullmark feeds sync`")
        for name in SCHEMAS:
            content = self._place.read(path := f"{feed}/{snapshot}/{name}.parquet")
            if content is not None:
                self._table(path)
                yield name, content

    def listing(self, feed: str, snapshot: str) -> dict[str, str]:
        """The records that the publisher had when the snapshot was made, and when each was modified.

        Empty where there is no such table; one that is damaged is as good as none.
        """
        path = f"{feed}/{snapshot}/listing.parquet"
        if self._files().get_file_info(path).type != pa_fs.FileType.File:
            return {}
        try:
            rows = self._table(path)
        except FeedError:
            return {}
        return dict(zip(rows["record"].to_pylist(), rows["modified"].to_pylist(), strict=True))

    def unfinished(self, feed: str) -> Unfinished:
        """Where a fetch of this feed that breaks off keeps what it has."""
        return Unfinished(self._place, feed)

    def supersede(self, feed: str, snapshot: str) -> None:
        """Note that another snapshot took this one's place, from when on it is kept for a while; raises LakeError."""
        try:
            if self.holds(feed, snapshot):
                self._place.write(f"{feed}/{snapshot}/{SUPERSEDED}", b"")
        except OSError as error:
            raise LakeError(f"the snapshot {snapshot} of feed {feed} cannot be marked: {one_line(error)}") from None

    def prune(self, feed: str, keep: Collection[str], before: datetime, unwhole: datetime) -> None:
        """Delete the snapshots that were superseded before a time and are not among `keep`; raises LakeError.

        What was written last before `unwhole` and never became whole goes too: whoever wrote it was killed, or had no space.
        """
        files = self._files()
        try:
            found = files.get_file_info(pa_fs.FileSelector(feed, recursive=True, allow_not_found=True))
            lasting = {f"{feed}/{name}" for name in (*keep, FOLDER)}
            for folder, items in _by_folder(found, feed).items():
                times = {item.base_name: item.mtime for item in items}
                is_old = times.get(SUPERSEDED, times[LAST]) < before if LAST in times else max(times.values()) < unwhole
                if is_old and folder not in lasting:
                    files.delete_dir(folder)
        except OSError as error:
            raise LakeError(f"old snapshots of feed {feed} cannot be deleted in {self.root}: {one_line(error)}") from None

    def _table(self, path: str) -> pa.Table:
        """One table of a snapshot; raises FeedError for a file that cannot be read."""
        try:
            return pq.read_table(path, filesystem=self._files())
        except (pa.ArrowException, OSError) as error:
            raise unreadable(self._place, path, error) from None

    def _deleted(self, states: Sequence[FeedState]) -> set[str]:
        places = {f"{state.feed}/{state.snapshot}/{LAST}": state.feed for state in states if state.snapshot}
        return {places[item.path] for item in self._files().get_file_info([*places]) if item.type != pa_fs.FileType.File}

    def _gone(self, state: FeedState) -> str:
        return f"the snapshot {state.snapshot} of feed {state.feed} is gone from {self.root}"

    def _before(self, state: FeedState) -> str:
        """The snapshot that was current before this one; "" for none."""
        try:
            known = self.state(state.feed).snapshot
        except FeedError:  # its note is damaged, and about to be written anew
            return ""
        return known if known != state.snapshot else ""

    def _files(self) -> pa_fs.FileSystem:
        return self._place.filesystem()

    def _feeds(self) -> Iterator[str]:
        selector = pa_fs.FileSelector("", recursive=True, allow_not_found=True)
        try:
            found = self._files().get_file_info(selector)
        except OSError as error:
            raise LakeError(f"the feeds in {self.root} cannot be listed: {one_line(error)}; check its permissions") from None
        for item in found:
            if item.base_name == CURRENT:
                yield item.path.removesuffix(f"/{CURRENT}").lstrip("/")


def _by_folder(found: Iterable[pa_fs.FileInfo], feed: str) -> dict[str, list[pa_fs.FileInfo]]:
    """The files of each snapshot of a feed."""
    folders: dict[str, list[pa_fs.FileInfo]] = {}
    for item in found:
        folder = item.path.rpartition("/")[0]
        if item.type == pa_fs.FileType.File and folder != feed:
            folders.setdefault(folder, []).append(item)
    return folders
