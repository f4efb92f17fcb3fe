"""The day of EPSS scores, as their first line has it: the scores count whatever it says."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hullmark.advisories.feeds import epss
from hullmark.settings import Settings

HEADS = [
    ("#model_version:v1,score_date:2026-08-15T00:00:00+0000\n", datetime(2026, 8, 15, tzinfo=UTC)),
    ("#model_version:v1,score_date:2026-13-41T00:00:00+0000\n", None), ("#score_date:0000-00-00\n", None),
    ("#model_version:v1\n", None), ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("head", "published"), HEADS, ids=[head.strip() or "none" for head, _ in HEADS])
def test_the_day(tmp_path: Path, head: str, published: datetime | None) -> None:
    file = tmp_path / epss.NAME
    file.write_bytes(gzip.compress(f"{head}cve,epss,percentile\nCVE-2024-1000,0.5,0.9\n".encode()))
    (source,) = epss.sources(())
    loaded = epss.load(file, source, Settings())
    (row,) = loaded.tables["exploitation"].to_pylist()
    assert (row["cve"], row["epss"], row["epss_percentile"]) == ("CVE-2024-1000", 0.5, 0.9)
    assert (loaded.published, row["epss_date"]) == (published, published.date() if published else None)
