"""Where the files of a feed lie until they are parsed: folders that go with their block, their program, or the next one.

Each is locked while its process lives, since the system lets go of locks when a process dies: what nobody holds was left.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Lock

_UNHELD = "hullmark-feed-"  # of a Hullmark that did not lock them
PREFIX = f"{_UNHELD}held-"
TRIES = 3  # to delete a folder into which a thread may put a file meanwhile
_LEFT = timedelta(days=1)  # longer than any feed may take


_making = Lock()  # what it guards
_there: set[str] = set()
_ended = Event()


@contextmanager
def passing() -> Iterator[Path]:
    """A folder of this process alone until the block ends; raises OSError, and KeyboardInterrupt where that broke off."""
    while True:
        with _made() as name:
            held = _locked(name, fcntl.LOCK_EX)
            if held is None:  # another process took it for left before it was locked
                continue
            try:
                yield Path(name)
            finally:
                os.close(held)
            return


@contextmanager
def leaving_nothing() -> Iterator[None]:
    """Where the block breaks off, delete all folders, though other threads write there: the process is about to end."""
    _ended.clear()
    try:
        yield
    except BaseException:
        with _making:
            _ended.set()
            left = [*_there]
        for name in left * TRIES:
            shutil.rmtree(name, ignore_errors=True)
        raise


def sweep(now: datetime) -> None:
    """Delete the folders that processes of this user left when they were killed; what cannot be deleted stays."""
    with suppress(OSError):
        for entry in os.scandir(tempfile.gettempdir()):
            with suppress(OSError):
                if entry.name.startswith(_UNHELD) and entry.is_dir(follow_symlinks=False):
                    _sweep(entry, now)


@contextmanager
def _made() -> Iterator[str]:
    with _making:
        if _ended.is_set():
            raise KeyboardInterrupt
        made = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
        _there.add(made.name)
    try:
        with made as name:
            yield name
    finally:
        _there.discard(made.name)


def _sweep(entry: "os.DirEntry[str]", now: datetime) -> None:
    facts = entry.stat(follow_symlinks=False)
    if facts.st_uid != os.geteuid():
        return
    if not entry.name.startswith(PREFIX) and datetime.fromtimestamp(facts.st_mtime, UTC) > now - _LEFT:
        return
    held = _locked(entry.path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if held is not None:
        try:
            shutil.rmtree(entry.path, ignore_errors=True)
        finally:
            os.close(held)


def _locked(folder: str, how: int) -> int | None:
    """A folder that is open and locked; None when it is locked by another, or not there any more."""
    try:
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(opened, how)
        if os.path.samestat(os.fstat(opened), Path(folder).lstat()):
            return opened
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError:
        return opened if how == fcntl.LOCK_EX else None
    os.close(opened)
    return None
