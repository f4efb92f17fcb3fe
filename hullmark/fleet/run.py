"""One run: its identity, what it counted and missed, and its row in the lake, written at its start and at its end."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from threading import Event, Thread

import pyarrow as pa

from hullmark.errors import HullmarkError, LakeError
from hullmark.fleet.ask import ask_lake
from hullmark.inventory import engine
from hullmark.lake.schema import RUNS
from hullmark.lake.store import Lake
from hullmark.quality.gate import Gate, Validate, checked

BEAT_SECONDS = 60.0
STOPPED = "It was stopped (Ctrl-C, or a signal to end); what it had read is kept, and the next run reads the rest."


class Kind(StrEnum):
    """What a run does: `scan` discovers, reads and matches; `push` so for what was pushed; `advisories` matches."""

    SCAN = "scan"
    PUSH = "push"
    ADVISORIES = "advisories"


@dataclass(frozen=True, slots=True)
class Run:
    """The identity of one run: its id, what it does, when it started (UTC) and the engine that reads."""

    run: str
    kind: Kind
    at: datetime
    engine: str


@dataclass(slots=True)
class Counts:
    """What a run has done; sizes in bytes. `digests` are coverage rows; an image counts once, whatever its places."""

    accounts: int = 0
    repositories: int = 0
    digests: int = 0
    images_scanned: int = 0
    images_unchanged: int = 0
    images_failed: int = 0
    layers_read: int = 0
    layers_known: int = 0
    bytes_read: int = 0
    findings: int = 0

    def note(self, counts: Mapping[str, int]) -> None:
        """Set counts by their names."""
        for name, number in counts.items():
            setattr(self, name, number)


@dataclass(slots=True)
class Record:
    """A run under way; `gaps` are sentences about what it could not do, and make it incomplete."""

    run: Run
    counts: Counts = field(default_factory=Counts)
    gaps: list[str] = field(default_factory=list)


def new_run(kind: Kind) -> Run:
    """A run that starts now; ids sort by time to the second and never repeat."""
    now = datetime.now(UTC)
    return Run(f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}", kind, now, engine())


@contextmanager
def recorded(lake: Lake, kind: Kind, check: Validate = checked) -> Iterator[Record]:
    """A new run, whose row says `running` while the block runs and then completed, incomplete or failed.

    The caller holds the lake's lock: rows of runs that were killed are closed first. A heartbeat each minute tells others
    that this one lives, and how far it is. Every batch that is committed to `lake` meanwhile must pass `check`.
    """
    record = Record(new_run(kind))
    with lake.guarded(Gate(record.run.run, check)):
        lake.commit("runs", _abandoned(lake))
        lake.append("runs", _row(record, "running"))
        try:
            with _beating(lake, record):
                yield record
        except BaseException as failure:
            with suppress(LakeError):  # as on a full disk, which the failure tells; the next run closes the row
                write(lake, record, "failed", _why(failure))
            raise
        write(lake, record, "incomplete" if record.gaps else "completed", " ".join(record.gaps))


def _why(failure: BaseException) -> str:
    """What ended a run: a sentence, or the name of an error that nobody expected."""
    if isinstance(failure, HullmarkError):
        return str(failure)
    return type(failure).__name__ if isinstance(failure, Exception) else STOPPED


def write(lake: Lake, record: Record, state: str, detail: str = "") -> None:
    """Write the run's row: `state` is running, completed, incomplete or failed; `detail` says what a person must know."""
    lake.commit("runs", _row(record, state, detail))


def _row(record: Record, state: str, detail: str = "") -> pa.Table:
    run = record.run
    row = {
        "run": run.run,
        "kind": str(run.kind),
        "started": run.at,
        "finished": None if state == "running" else datetime.now(UTC),
        "state": state,
        "engine": run.engine,
        "detail": detail,
        "heartbeat": datetime.now(UTC),
        **asdict(record.counts),
    }
    return pa.Table.from_pylist([row], schema=RUNS)


@contextmanager
def _beating(lake: Lake, record: Record) -> Iterator[None]:
    ended = Event()

    def beat() -> None:
        while not ended.wait(BEAT_SECONDS):
            with suppress(LakeError):  # the run itself meets the same lake soon enough
                write(lake, record, "running")

    thread = Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _abandoned(lake: Lake) -> pa.Table:
    """The rows of runs that were killed: all that still say `running`, since the lake's lock is held."""
    if not lake.may_hold("runs", "state", "running"):
        return RUNS.empty_table()
    return ask_lake(lake, "abandoned.sql", {"now": datetime.now(UTC)}, only=("runs",))
