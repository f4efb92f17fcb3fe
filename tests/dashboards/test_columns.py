"""Columns that are written in another unit than the lake has: sizes, and shares in percent."""

import pyarrow as pa
import pytest

from dashboards import columns

SIZES = [
    ([4_200, 999_999, None], "%.1f kB", [4.2, 999.999, None]),
    ([4_200, 50_000_000], "%.1f MB", [0.0042, 50.0]),
    ([1_200_000_000], "%.1f MB", [1200.0]),  # Streamlit's own format makes 1.2BB of it
    ([None], "%.1f kB", [None]),
    ([], "%.1f kB", []),
]


@pytest.mark.parametrize(("sizes", "form", "shown"), SIZES, ids=range(len(SIZES)))
def test_sizes_have_the_unit_of_the_largest(sizes: list[int | None], form: str, shown: list[float | None]) -> None:
    rows, column = columns.sized(pa.table({"name": ["x"] * len(sizes), "size": pa.array(sizes, pa.int64())}))
    assert column["type_config"]["format"] == form
    assert rows["size"].to_pylist() == shown
    assert rows.column_names == ["name", "size"]


def test_shares_are_in_percent() -> None:
    rows = columns.percents(pa.table({"share": [0.25, None, 1.0], "name": ["a", "b", "c"]}), "share")
    assert rows.to_pydict() == {"share": [25.0, None, 100.0], "name": ["a", "b", "c"]}
