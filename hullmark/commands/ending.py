"""Ending a command as Ctrl-C does, where a signal would kill it and leave behind what it was about to clean up."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def ending_well(*anyway: signal.Signals) -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block so, unless whoever started this has switched them off, and these `anyway`."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    named = (signal.SIGTERM, signal.SIGHUP)
    numbers = {*anyway, *(number for number in named if signal.getsignal(number) is signal.SIG_DFL)}
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
