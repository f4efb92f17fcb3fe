"""A difference says for which platform it is where there was a choice, or where the two images differ in it."""

import json

import pyarrow as pa
import pytest

from hullmark.analysis.history import Difference, Meant
from hullmark.reports.diff_report import diff_json, diff_markdown, summary

NONE = pa.table({"change": pa.array([], pa.string())})
AMD, ARM = "linux/amd64", "linux/arm64"
CASES = [
    (Meant("a", AMD), Meant("b", AMD), ""),
    (Meant("a", AMD, (ARM,)), Meant("b", AMD, (ARM, "")), f" Compared for {AMD}, not for unknown, {ARM}."),
    (Meant("a", AMD), Meant("b", AMD, (ARM,)), f" Compared for {AMD}, not for {ARM}."),
    (Meant("a", AMD, (ARM,)), Meant("b", "linux/s390x"), f" Before is for {AMD}, after for linux/s390x."),
    (Meant("a", ""), Meant("b", "evil\x1b[31m"), r" Before is for unknown, after for evil\x1b[31m."),
]


@pytest.mark.parametrize(("before", "after", "said"), CASES, ids=range(len(CASES)))
def test_the_platform_is_told(before: Meant, after: Meant, said: str) -> None:
    found = Difference(before, after, NONE, NONE, 3)
    assert summary(found) == f"0 packages differ, 0 findings opened, 0 closed, 3 kept.{said}"
    assert summary(found) in diff_markdown(("a:1", "b:1"), found)
    document = json.loads(diff_json(found))
    assert (document["before"], document["before_platform"]) == (before.digest, before.platform)
    assert (document["after_platform"], document["after_other_platforms"]) == (after.platform, [*after.others])
