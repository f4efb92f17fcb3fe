"""Batches that failed their checks are seen on the Overview and on the page Coverage, and hostile words stay words."""

from pathlib import Path

import pytest

from hullmark.errors import LakeError
from hullmark.quality.gate import Gate
from hullmark.quality.validate import Verdict
from tests.dashboards.conftest import Open, words
from tests.dashboards.fleet import HOSTILE, write_fleet
from tests.lake.rows import rows


def test_rejected_batches_are_seen(open_page: Open, tmp_path: Path) -> None:
    lake = write_fleet(str(tmp_path / "lake"))
    gate = Gate("run-1", lambda table, _: Verdict(table, False, (HOSTILE,)))
    with lake.guarded(gate), pytest.raises(LakeError):
        lake.commit("tags", rows("tags", {}))
    (said,) = open_page("overview", lake.root).warning
    assert said.value == "1 batch in quarantine: their rows failed checks and are in no table."
    page = open_page("coverage", lake.root)
    (table,) = [item.value for item in page.dataframe if "failures" in item.value]
    assert table["name"].str.startswith("run-1/tags-").all()
    assert "\u202e" not in table["failures"][0]


def test_without_any_nothing_is_said(open_page: Open, fleet: str) -> None:
    assert not open_page("overview", fleet).warning
    assert "Every batch has passed its checks." in words(open_page("coverage", fleet))
