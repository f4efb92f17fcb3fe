"""Whether a batch meets its suite beyond doubt, asked of Arrow: in milliseconds, not in a tenth of a second.

It never says yes where Great Expectations would say no (tests ask both about every suite). It says no where it cannot tell:
an expectation, an argument or a pattern that is not known here.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

Arguments = Mapping[str, Any]
NOW = {"$PARAMETER": "now"}
# What RE2, which Arrow compares with, and Python read alike.
PLAIN = re.compile(r"\\A((?:[\w:/-]|\[[\w.-]+\]|\{\d+(?:,\d+)?\})+)\\Z")


def meets(suite: Mapping[str, Any], batch: pa.Table, now: datetime, key: Sequence[str] = ()) -> bool:
    """Whether every expectation of a suite is met for sure.

    `now` stands for the parameter of that name; `key`: no two rows have the same values in these columns, as is known.
    """
    return all(_is_key(expectation, key) or _meets(expectation, batch, now) for expectation in suite["expectations"])


def _is_key(expectation: Arguments, key: Sequence[str]) -> bool:
    """Whether it only asks that a key is one."""
    given = expectation["kwargs"]
    columns = given.get("column_list", [given.get("column")])
    return "unique" in expectation["type"] and given.keys() <= {"column", "column_list"} and set(key) == set(columns)


def _meets(expectation: Arguments, batch: pa.Table, now: datetime) -> bool:
    known = EXPECTATIONS.get(expectation["type"])
    given = expectation["kwargs"]
    if known is None or not given.keys() <= known[1] or not _columns(given) <= set(batch.column_names):
        return False
    return known[0](batch, {name: now if value == NOW else value for name, value in given.items()})


def _columns(given: Arguments) -> set[str]:
    return {given[name] for name in ("column", "column_A", "column_B") if name in given} | set(given.get("column_list", ()))


def _not_null(batch: pa.Table, given: Arguments) -> bool:
    column = batch[given["column"]]
    return column.null_count == 0 and not pa.types.is_floating(column.type)


def _unique(batch: pa.Table, given: Arguments) -> bool:
    column = batch[given["column"]]
    return bool(pc.count_distinct(column, mode="all").as_py() == batch.num_rows)


def _unique_together(batch: pa.Table, given: Arguments) -> bool:
    """Columns with one value alone say nothing, and one that repeats nothing says it all; else rows are counted."""
    columns = given["column_list"]
    counts = {name: pc.count_distinct(batch[name], mode="all").as_py() for name in columns}
    if batch.num_rows in counts.values():
        return True
    telling = [name for name in columns if counts[name] > 1]
    numbers = pa.table([_numbers(batch[name]) for name in telling], names=telling)
    return bool(telling) and numbers.group_by(telling, use_threads=False).aggregate([]).num_rows == batch.num_rows


def _numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A number for each value, the same for equal ones; texts take twice as long to be compared."""
    encoded = column.dictionary_encode(null_encoding="encode").unify_dictionaries()
    return pa.chunked_array([chunk.indices for chunk in encoded.chunks], pa.int32())


def _in_set(batch: pa.Table, given: Arguments) -> bool:
    column = batch[given["column"]]
    allowed = given["value_set"]
    return pa.types.is_string(column.type) and set(pc.unique(column).to_pylist()) <= {*allowed, None}


def _between(batch: pa.Table, given: Arguments) -> bool:
    column = batch[given["column"]]
    return _lies(column, given) and not (pa.types.is_floating(column.type) and bool(pc.any(pc.is_nan(column)).as_py()))


def _length_between(batch: pa.Table, given: Arguments) -> bool:
    column = batch[given["column"]]
    return pa.types.is_string(column.type) and _lies(pc.utf8_length(column), given)


def _lies(column: pa.ChunkedArray, given: Arguments) -> bool:
    """Whether all values that there are lie between the bounds, which belong to it."""
    found = pc.min_max(column).as_py()
    if found["min"] is None:
        return True
    low, high = given.get("min_value"), given.get("max_value")
    return (low is None or low <= found["min"]) and (high is None or found["max"] <= high)


def _matches(batch: pa.Table, given: Arguments) -> bool:
    column, pattern = batch[given["column"]], PLAIN.fullmatch(given["regex"])
    if pattern is None or not pa.types.is_string(column.type):
        return False
    return pc.all(pc.match_substring_regex(column, rf"\A{pattern[1]}\z")).as_py() is not False  # None: all are null


def _not_less(batch: pa.Table, given: Arguments) -> bool:
    if not given.get("or_equal") or given.get("ignore_row_if") != "either_value_is_missing":
        return False
    return pc.all(pc.greater_equal(batch[given["column_A"]], batch[given["column_B"]])).as_py() is not False


# how each is asked, and the arguments that it may have
EXPECTATIONS: Mapping[str, tuple[Callable[[pa.Table, Arguments], bool], frozenset[str]]] = {
    "expect_column_values_to_not_be_null": (_not_null, frozenset({"column"})),
    "expect_column_values_to_be_unique": (_unique, frozenset({"column"})),
    "expect_compound_columns_to_be_unique": (_unique_together, frozenset({"column_list"})),
    "expect_column_values_to_be_in_set": (_in_set, frozenset({"column", "value_set"})),
    "expect_column_values_to_be_between": (_between, frozenset({"column", "min_value", "max_value"})),
    "expect_column_value_lengths_to_be_between": (_length_between, frozenset({"column", "min_value", "max_value"})),
    "expect_column_values_to_match_regex": (_matches, frozenset({"column", "regex"})),
    "expect_column_pair_values_a_to_be_greater_than_b": (
        _not_less,
        frozenset({"column_A", "column_B", "or_equal", "ignore_row_if"}),
    ),
}
