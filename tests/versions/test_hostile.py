"""Versions that somebody wrote to hurt: long ones, deep ones, and ones made to backtrack."""

import time

import pytest

from hullmark.errors import InvalidVersion
from hullmark.versions import key, schemes
from hullmark.versions._encoding import MAX_LENGTH, Pieces

MEGABYTE = 1 << 20
PATTERNS = [
    "9", "0", "1.", ".1", "..", "1-", "-a", "a1", "~", "1~", "+", "1+", "_p", "_alpha", "1.0-a.", "1.0+a.", "1!", ":1",
    "-r1", "a", "é", "1.0.post", "dev", "1.0rc", " ", "\n", "\x00", "\ud800", "²", "٣",
]  # fmt: skip
SECONDS_FOR_ALL = 2.0  # measured 0.03; a quadratic reader of these takes minutes at a megabyte


@pytest.mark.parametrize("scheme", schemes())
def test_a_megabyte_is_refused_and_not_repeated(scheme: str) -> None:
    for pattern in PATTERNS:
        with pytest.raises(InvalidVersion) as caught:
            key(scheme, "1" + pattern * (MEGABYTE // len(pattern)))
        assert len(str(caught.value)) < 500
        str(caught.value).encode("utf-8")


@pytest.mark.parametrize("scheme", schemes())
def test_the_longest_versions_cost_next_to_nothing(scheme: str) -> None:
    started = time.process_time()
    for pattern in PATTERNS:
        for start in ("", "1", "1.0", "1.0-", "1.0-a", "1.0_p", "v"):
            for end in ("", "!", "$", "\n", "é"):
                _key_or_none(scheme, start + pattern * ((MAX_LENGTH - 8) // len(pattern)) + end)
    assert time.process_time() - started < SECONDS_FOR_ALL


@pytest.mark.parametrize("scheme", schemes())
def test_long_numbers_are_ordered_by_value(scheme: str) -> None:
    numbers = ["9" * length for length in (1, 31, 32, 33, 34, 255, 256, 257, 4000, MAX_LENGTH)]
    found = [key(scheme, number) for number in numbers]
    assert sorted(found) == found
    assert len(set(found)) == len(found)
    assert key(scheme, "0" * 4000 + "7") == key(scheme, "7")


def test_the_cache_of_pieces_is_bounded() -> None:
    calls: list[str] = []
    pieces = Pieces(lambda text: calls.append(text) or text.encode())  # type: ignore[func-returns-value]
    long = "x" * 65
    assert [pieces[long], pieces[long], pieces["a"], pieces["a"]] == [long.encode(), long.encode(), b"a", b"a"]
    assert calls == [long, long, "a"]
    for count in range(70_000):
        assert pieces[str(count)] == str(count).encode()
    assert len(pieces) <= 1 << 16


def _key_or_none(scheme: str, version: str) -> bytes | None:
    try:
        return key(scheme, version)
    except InvalidVersion:
        return None
