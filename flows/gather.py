"""Wait for mapped tasks: each expected failure becomes the answer that says so, and the others go on."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from prefect.futures import PrefectFuture, as_completed

from hullmark.errors import HullmarkError
from hullmark.progress import progress

T = TypeVar("T")
P = TypeVar("P")


def gather(futures: Mapping[PrefectFuture[T], P], instead: Callable[[P, HullmarkError], T]) -> list[T]:
    """The answers as they come; each is a step of the stage. `instead` makes one of what was asked and how it failed."""
    found: list[T] = []
    for future in as_completed(list(futures)):
        progress().advance()
        try:
            found.append(future.result())
        except HullmarkError as failure:
            found.append(instead(futures[future], failure))
    return found
