"""Great Expectations over one batch, before it is committed; importing it costs seconds, so that only `validate` does.

A suite is `suites/<table>.json` in the form that Great Expectations itself uses: `type` and `kwargs` of each expectation.
`{"$PARAMETER": "now"}` stands for the time of the validation.
"""

import json
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

import pyarrow as pa

from hullmark.errors import LakeError

EXAMPLES = 3  # values that a failure shows
SHOWN = 80  # characters of each
ONE_AT_A_TIME = threading.Lock()  # the library keeps its current context in a global
COLUMN_ARGUMENTS = ("column", "column_A", "column_B")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a batch: `failures` are sentences for a person, `report` is the whole answer as JSON-able values."""

    table: str
    ok: bool
    failures: tuple[str, ...] = ()
    report: dict[str, object] = field(default_factory=dict, repr=False)


def validate(table_name: str, batch: pa.Table, now: datetime | None = None) -> Verdict:
    """The verdict of the table's suite on a batch; an empty batch is fine. Raises LakeError for a table without a suite."""
    suite = read_suite(table_name)
    absent = sorted(_columns(suite) - set(batch.column_names))
    if absent:
        return Verdict(
            table_name, False, (f"{table_name}: the batch has no column {', '.join(absent)}",), {"absent": absent}
        )
    if not batch.num_rows:
        return Verdict(table_name, True, (), {"table": table_name, "rows": 0})
    moment = now or datetime.now(UTC)
    answer = _ask(suite, batch.select(sorted(_columns(suite))), moment)
    failed = [result for result in answer["results"] if not result["success"]]
    report = {"table": table_name, "rows": batch.num_rows, "validated_at": moment.isoformat(), **answer}
    return Verdict(table_name, not failed, tuple(_sentence(table_name, result) for result in failed), report)


@cache
def read_suite(table_name: str) -> dict[str, Any]:
    """The suite of a table as its JSON says; raises LakeError when there is none."""
    path = files(__package__).joinpath("suites", f"{table_name}.json")
    if not path.is_file():
        raise LakeError(f"there is no suite for the table {table_name!r}; add hullmark/quality/suites/{table_name}.json")
    suite: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return suite


def _columns(suite: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    for expectation in suite["expectations"]:
        arguments = expectation["kwargs"]
        found.update(arguments[name] for name in COLUMN_ARGUMENTS if name in arguments)
        found.update(arguments.get("column_list", ()))
    return found


def _ask(suite: dict[str, Any], batch: pa.Table, now: datetime) -> dict[str, Any]:
    with _quiet():
        import great_expectations as gx  # noqa: PLC0415  # see the module's docstring
        from great_expectations.data_context.types import base  # noqa: PLC0415

        memory_only = base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False)  # else each call leaves a folder behind
        context = gx.get_context(mode="ephemeral", project_config=base.DataContextConfig(store_backend_defaults=memory_only))
        context.variables.progress_bars = base.ProgressBarsConfig(globally=False)
        asset = context.data_sources.add_pandas("lake").add_dataframe_asset("batch")
        frame = batch.to_pandas()
        whole = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
        answer = whole.validate(
            gx.ExpectationSuite(name=suite["name"], expectations=json.loads(json.dumps(suite["expectations"]))),
            result_format={"result_format": "BASIC", "partial_unexpected_count": EXAMPLES},
            expectation_parameters={"now": now},
        ).to_json_dict()  # type: ignore[no-untyped-call]  # the library left it untyped
        frame.drop(columns=list(frame.columns), inplace=True)  # its objects hold each other until Python looks for cycles
    return {"statistics": answer["statistics"], "results": answer["results"]}


@contextmanager
def _quiet() -> Iterator[None]:
    """No analytics (read at import), no deprecation warnings (nobody here can act on them), one validation at a time."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _sentence(table: str, result: dict[str, Any]) -> str:
    config, found = result["expectation_config"], result.get("result") or {}
    arguments = config["kwargs"]
    columns = [arguments[name] for name in COLUMN_ARGUMENTS if name in arguments] or arguments.get("column_list", [])
    rule = config["type"].removeprefix("expect_").replace("_", " ")
    where = f"{table}.{'+'.join(columns)}: {rule}"
    if condition := arguments.get("row_condition"):
        where += f" where {condition['pass_through_filter'] if isinstance(condition, dict) else condition}"
    if "unexpected_count" not in found:
        return f"{where}: could not be evaluated"
    examples = ", ".join(repr(value)[:SHOWN] for value in found.get("partial_unexpected_list", ()))
    return f"{where}: {found['unexpected_count']} of {found['element_count']} rows do not, such as {examples}"
