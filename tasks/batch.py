"""What one task works off: a task costs Prefect five milliseconds in a thread and ninety on a worker, whatever it does."""

from collections.abc import Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
MOST = 25  # items of one batch
ROUNDS = 4  # batches that each slot works off at least, so that none waits long for the last one


class Batch(Generic[T]):
    """Items of one task; no collection to Prefect, which would look through every item for futures."""

    def __init__(self, items: Sequence[T]) -> None:
        self.items = tuple(items)

    def __repr__(self) -> str:
        return f"{len(self.items)} items"


def dealt(items: Sequence[T], slots: int, most: int = MOST) -> list[Batch[T]]:
    """The items dealt like cards to batches for so many slots: large ones, which come first, lie in different batches."""
    number = min(len(items), max(slots * ROUNDS, -(-len(items) // most)))
    return [Batch(items[index::number]) for index in range(number)]
