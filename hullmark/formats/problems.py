"""Problems of one file, bounded: a hostile file of a million broken stanzas is one line more, not a million."""

from collections.abc import Iterator
from typing import TypeVar

from hullmark.errors import CorruptData
from hullmark.model import Problem

T = TypeVar("T")

MOST = 50  # problems of one file that are told one by one


def bound_problems(found: Iterator[T | Problem], most: int = MOST) -> Iterator[T | Problem]:
    """What `found` yields, in order; problems after the first `most` become one last Problem that counts them.

    CorruptData that ends `found` is raised after it.
    """
    told = 0
    damage: CorruptData | None = None
    try:
        for item in found:
            if isinstance(item, Problem):
                told += 1
                last = item
                if told > most:
                    continue
            yield item
    except CorruptData as error:
        damage = error
    if told > most:
        yield Problem(last.path, last.cataloger, f"{told - most} more entries of this file could not be read")
    if damage:
        raise damage
