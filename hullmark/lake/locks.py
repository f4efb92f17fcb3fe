"""Advisory locks of a local lake: files under `locks/`, held by flock, which the system releases when a process dies."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from hullmark.errors import LakeBusy
from hullmark.lake.place import unwritten

RUN = "run"
POLL_SECONDS = 0.02  # between two looks at first; a long wait looks less often
LONGEST_POLL_SECONDS = 2.0


@contextmanager
def hold(folder: Path, name: str, what: str, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock `name` while the block runs.

    Raises LakeBusy, saying who has it, when it is not free in time, and LakeError when there can be no lock.
    """
    with _open(folder, name) as file:
        _take(file, folder, time.monotonic() + wait_seconds)
        _sign(file, what)
        try:
            yield
        finally:
            with suppress(OSError):
                file.truncate(0)
            fcntl.flock(file, fcntl.LOCK_UN)


def _open(folder: Path, name: str) -> FileIO:
    try:
        return FileIO(folder / f"{name}.lock", "a+")
    except OSError as error:
        raise unwritten(str(folder.parent), error) from None


def _take(file: FileIO, folder: Path, deadline: float) -> None:
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


def _sign(file: FileIO, what: str) -> None:
    """Say who holds it; on a disk that is full it is held all the same."""
    signed = {"pid": os.getpid(), "what": what, "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"}
    with suppress(OSError):
        file.truncate(0)
        file.write(json.dumps(signed).encode())


def _busy(file: FileIO, lake: Path) -> str:
    file.seek(0)
    try:
        holder = json.loads(file.read(4096))
        who = f"process {holder['pid']} ({holder['what']}, since {holder['since']})"
    except (ValueError, TypeError, KeyError):
        who = "another process"
    return f"the lake {lake} is in use by {who}; wait until it has finished, or stop it"
