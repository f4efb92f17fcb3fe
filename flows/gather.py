"""Wait for tasks: each expected failure becomes the answer that says so, and the others go on."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from prefect.futures import PrefectFuture, as_completed

from hullmark.errors import HullmarkError
from hullmark.progress import progress

T = TypeVar("T")
P = TypeVar("P")


def gather(
    futures: Mapping[PrefectFuture[T], P], instead: Callable[[P, HullmarkError], T], steps: Callable[[P], int] = lambda _: 1
) -> list[T]:
    """The answers as they come; `instead` makes one of what was asked and how it failed, `steps` says what it counts for."""
    found: list[T] = []
    for future in as_completed(list(futures)):
        asked = futures[future]
        try:
            found.append(future.result())
        except HullmarkError as failure:
            found.append(instead(asked, failure))
        progress().advance(steps(asked))
    return found
