"""Advisory locks of a local lake: files under `locks/`, held by flock, which the system releases when a process dies."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from hullmark.errors import LakeBusy

RUN = "run"
POLL_SECONDS = 0.02  # between two looks at first; a long wait looks less often
LONGEST_POLL_SECONDS = 2.0


@contextmanager
def hold(folder: Path, name: str, what: str, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock `name` while the block runs; raises LakeBusy, saying who has it, when it is not free in time."""
    with (folder / f"{name}.lock").open("a+", encoding="utf-8") as file:
        _take(file, folder, time.monotonic() + wait_seconds)
        _sign(file, what)
        try:
            yield
        finally:
            file.truncate(0)
            fcntl.flock(file, fcntl.LOCK_UN)


def _take(file: IO[str], folder: Path, deadline: float) -> None:
    pause = POLL_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise LakeBusy(_busy(file, folder.parent)) from None
            time.sleep(min(pause, max(0.0, deadline - time.monotonic())))
            pause = min(pause * 1.2, LONGEST_POLL_SECONDS)
        else:
            return


def _sign(file: IO[str], what: str) -> None:
    file.truncate(0)
    file.write(json.dumps({"pid": os.getpid(), "what": what, "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"}))
    file.flush()


def _busy(file: IO[str], lake: Path) -> str:
    file.seek(0)
    try:
        holder = json.loads(file.read(4096))
        who = f"process {holder['pid']} ({holder['what']}, since {holder['since']})"
    except (ValueError, TypeError, KeyError):
        who = "another process"
    return f"the lake {lake} is in use by {who}; wait until it has finished, or stop it"
