"""The newest state of a Delta table, read from its log: the Parquet files that it is made of, and the bounds of columns.

Only what this lake writes is known here (https://github.com/delta-io/delta/blob/master/PROTOCOL.md): commits as JSON, a
checkpoint in one file, no partitions, no deletion vectors, no column mapping. Of anything else `read` says nothing, and
deltalake is asked, which takes ten times as long.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

LOG = "_delta_log"
READER = 1  # the protocol's version that a table without further features asks of who reads it
_ENTRY = re.compile(r"(\d{20})\.(json|checkpoint\.parquet)")
_ASKED = (
    "add.path",
    "add.stats",
    "add.deletionVector",
    "metaData.id",
    "metaData.partitionColumns",
    "metaData.schemaString",
    "metaData.configuration",
    "protocol.minReaderVersion",
    "protocol.minWriterVersion",
)
Action = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class File:
    """One file of a table: its path there, its rows, and the least and greatest values of columns, times in ISO 8601."""

    path: str
    rows: int
    low: Mapping[str, Any]
    high: Mapping[str, Any]

    def may_hold(self, column: str, value: str) -> bool:
        """Whether a row may have this text in a column, as far as bounds tell."""
        if column not in self.low or column not in self.high:
            return bool(self.rows)
        return bool(self.low[column] <= value <= self.high[column])


@dataclass(frozen=True, slots=True)
class Form:
    """What a table asks of who writes it: the protocol's version, the names of its columns, and its settings."""

    writer: int
    columns: frozenset[str]
    configuration: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class State:
    """A table at one version; `id` is its own, which it has for life."""

    version: int
    id: str
    files: tuple[File, ...]
    form: Form | None = None  # of a log that was read here

    @property
    def rows(self) -> int:
        """How many rows the table has."""
        return sum(file.rows for file in self.files)


def read(table: Path) -> State | None:
    """The newest state of the table in a folder; None where there is no table, or its log is not of the kind known here."""
    try:
        entries = [match for name in _names(table / LOG) if (match := _ENTRY.fullmatch(name))]
        start = max((int(entry[1]) for entry in entries if entry[2] != "json"), default=-1)
        commits = sorted(int(entry[1]) for entry in entries if entry[2] == "json" and int(entry[1]) > start)
        version = start + len(commits)
        if version < 0 or commits != list(range(start + 1, version + 1)):
            return None
        replay = _Replay()
        if start >= 0:
            replay.add(_checkpoint(table / LOG / f"{start:020}.checkpoint.parquet"))
        for number in commits:
            replay.add(map(orjson.loads, (table / LOG / f"{number:020}.json").read_bytes().splitlines()))
        return replay.state(version)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, pa.ArrowException):
        return None


class _Replay:
    """The actions of a log one after the other: what they leave."""

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._id = ""
        self._described: Action = {}
        self._writer = 0

    def add(self, actions: Iterable[Action]) -> None:
        for action in actions:
            if added := action.get("add"):
                if added.get("deletionVector") or "%" in added["path"] or "://" in added["path"]:
                    raise ValueError("a file of another kind")
                self._files[added["path"]] = added["stats"]
            if removed := action.get("remove"):
                self._files.pop(removed["path"], None)
            if described := action.get("metaData"):
                if described["partitionColumns"]:
                    raise ValueError("partitions")
                self._id, self._described = described["id"], described
            if asked := action.get("protocol"):
                if asked["minReaderVersion"] != READER:
                    raise ValueError("features")
                self._writer = asked["minWriterVersion"]

    def state(self, version: int) -> State:
        if not self._id:
            raise ValueError("a table without a name")
        files = tuple(_file(path, orjson.loads(stats)) for path, stats in self._files.items())
        columns = frozenset(field["name"] for field in orjson.loads(self._described["schemaString"])["fields"])
        return State(version, self._id, files, Form(self._writer, columns, dict(self._described["configuration"] or {})))


def _file(path: str, stats: Action) -> File:
    return File(path, stats["numRecords"], stats.get("minValues") or {}, stats.get("maxValues") or {})


def _names(log: Path) -> list[str]:
    return [entry.name for entry in log.iterdir()]


def _checkpoint(path: Path) -> list[Action]:
    with pq.ParquetFile(path) as file:
        rows: list[Action] = file.read(columns=list(_ASKED)).to_pylist()
    return rows
