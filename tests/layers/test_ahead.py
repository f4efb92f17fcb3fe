"""Pieces that are made ahead: the same ones, no more than fit, and no thread that outlives who asked for them."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from hullmark.errors import CorruptData
from hullmark.layers.ahead import ALONE, EARLY, WAITING, Ahead


def numbered(count: int, made: list[int], failure: Exception | None = None) -> Iterator[bytes]:
    for number in range(count):
        made.append(number)
        yield b"%d" % number
    if failure:
        raise failure


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("count", [0, 1, ALONE, ALONE + 1, WAITING + ALONE, WAITING + EARLY + ALONE, 1000])
def test_the_same_pieces_come_in_their_order(count: int, many: bool) -> None:
    with closing(Ahead(numbered(count, []), many)) as pieces:
        assert list(pieces) == [b"%d" % number for number in range(count)]
        assert list(pieces) == []


@pytest.mark.parametrize("many", [False, True])
def test_no_more_is_made_than_may_wait(many: bool) -> None:
    made: list[int] = []
    others = set(threading.enumerate())
    with closing(Ahead(numbered(1000, made), many)) as pieces:
        for number in range(50):
            assert next(pieces) == b"%d" % number
            assert len(made) <= ALONE + max(number + 1, EARLY) + WAITING + 1
    assert len(made) <= ALONE + 50 + WAITING + 1
    assert set(threading.enumerate()) <= others


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("count", [0, ALONE, 20])
def test_a_failure_comes_after_what_was_made_before_it(count: int, many: bool) -> None:
    with closing(Ahead(numbered(count, [], CorruptData("it is damaged")), many)) as pieces:
        assert [next(pieces) for _ in range(count)] == [b"%d" % number for number in range(count)]
        with pytest.raises(CorruptData, match="it is damaged"):
            next(pieces)
