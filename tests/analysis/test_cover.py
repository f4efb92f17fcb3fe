"""The greedy cover beside a naive one, on random cells: the same changes, in the same order, for the same cells."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hullmark.analysis.campaigns import cover

CELLS = st.lists(st.tuples(st.integers(-1, 5), st.integers(-1, 5), st.integers(0, 9)), max_size=40)


def naive(cells: list[tuple[int, int, int]], limit: int) -> list[tuple[int, int]]:
    """For each cell the rank and the number of the change that takes it, by trying every change in every round."""
    taken = [(0, -1)] * len(cells)
    for rank in range(1, limit + 1):
        gain = {
            change: sum(cell[2] for cell, (by, _) in zip(cells, taken, strict=True) if not by and change in cell[:2])
            for change in range(6)
        }
        best = min(gain, key=lambda change: (-gain[change], change))
        if gain[best] <= 0:
            break
        taken = [(rank, best) if not by[0] and best in cell[:2] else by for cell, by in zip(cells, taken, strict=True)]
    return taken


@given(CELLS, st.integers(1, 8))
def test_the_cover_is_that_of_the_naive_one(cells: list[tuple[int, int, int]], limit: int) -> None:
    cells = [(first, second if second != first else -1, weight) for first, second, weight in cells]
    columns = [np.array([cell[place] for cell in cells], np.int32) for place in range(3)]
    rank, change = cover((columns[0], columns[1]), columns[2].astype(np.float64), limit)
    assert list(zip(rank.tolist(), change.tolist(), strict=True)) == naive(cells, limit)
