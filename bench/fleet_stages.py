"""How long each stage of a matching takes: what it plans, reads and compares, and what it writes."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from time import perf_counter, process_time
from typing import ParamSpec, TypeVar
from unittest.mock import patch

from hullmark.fleet import findings, rematch
from hullmark.fleet.verdicts import Work

P = ParamSpec("P")
T = TypeVar("T")
# What differs in the feeds and what that is about; what is said of those packages; which verdicts are others than stored.
MATCHING: tuple[tuple[object, str], ...] = (
    (rematch, "outline"), (rematch.Outline, "concerns"), (rematch, "plan_rematch"), (findings, "_judge"),
    (Work, "compare_verdicts"),
)  # fmt: skip


@dataclass(slots=True)
class Spent:
    """Seconds by the clock, and of processor time."""

    clock: float = 0.0
    busy: float = 0.0


@contextmanager
def matching_alone() -> Iterator[Spent]:
    """What matching alone takes in the block: without events, packages of images, checks and commits."""
    spent = Spent()
    with ExitStack() as stack:
        for owner, name in MATCHING:
            stack.enter_context(patch.object(owner, name, _timed(getattr(owner, name), spent)))
        yield spent


def _timed(function: Callable[P, T], spent: Spent) -> Callable[P, T]:
    @wraps(function)
    def timed(*args: P.args, **kwargs: P.kwargs) -> T:
        started, busy = perf_counter(), process_time()
        try:
            return function(*args, **kwargs)
        finally:
            spent.clock += perf_counter() - started
            spent.busy += process_time() - busy

    return timed
