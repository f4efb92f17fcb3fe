"""One run: its identity, and its row in the lake, written when it starts and again when it ends."""

import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum

import pyarrow as pa

from hullmark.inventory import engine
from hullmark.lake.schema import RUNS
from hullmark.lake.store import Lake


class Kind(StrEnum):
    """What a run does: `scan` discovers, reads and matches; the other two only match what is stored."""

    SCAN = "scan"
    ADVISORIES = "advisories"
    NIGHTLY = "nightly"


@dataclass(frozen=True, slots=True)
class Run:
    """The identity of one run: its id, what it does, when it started (UTC) and the engine that reads."""

    run: str
    kind: Kind
    at: datetime
    engine: str


@dataclass(slots=True)
class Counts:
    """What a run has done so far; sizes in bytes."""

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


def new_run(kind: Kind) -> Run:
    """A run that starts now; ids sort by time and never repeat."""
    now = datetime.now(UTC)
    return Run(f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}", kind, now, engine())


def record(lake: Lake, run: Run, counts: Counts, state: str, detail: str = "") -> None:
    """Write the run's row: `state` is running, completed, incomplete or failed; `detail` says what a person must know."""
    finished = None if state == "running" else datetime.now(UTC)
    row = {
        "run": run.run,
        "kind": str(run.kind),
        "started": run.at,
        "finished": finished,
        "state": state,
        "engine": run.engine,
        "detail": detail,
        **asdict(counts),
    }
    lake.commit("runs", pa.Table.from_pylist([row], schema=RUNS))
