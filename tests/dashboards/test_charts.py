"""What charts are made of: no tick reads as another one, and no area has a hole."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from dashboards.charts import STATUSES, severity_bars, share_line, statuses

FIRST = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "form"),
    [
        (timedelta(seconds=30), "%H:%M:%S"), (timedelta(minutes=20), "%H:%M"),
        (timedelta(hours=23), "%H:%M"), (timedelta(days=2), "%d %b %H:%M"),
        (timedelta(days=60), "%d %b"),
    ],
)  # fmt: skip
def test_ticks_tell_the_time_where_days_are_few(span: timedelta, form: str) -> None:
    rows = pa.table({"at": [FIRST, FIRST + span], "passing": [0.5, 0.6]})
    assert share_line(rows, "Passing")["encoding"]["x"]["axis"]["format"] == form


def test_a_chart_is_told_in_words() -> None:
    rows = pa.table({"severity": ["critical", "low"], "number": [1200, 0]})
    assert severity_bars(rows, "Findings")["description"] == "Findings by severity: critical 1,200, low 0"


def test_every_scan_has_a_number_for_every_status() -> None:
    second = FIRST + timedelta(hours=1)
    rows = pa.table({"started": [FIRST, second, second], "status": ["scanned", "unchanged", "failed"], "digests": [3, 2, 1]})
    values = statuses(rows)["data"]["values"].to_pylist()
    drawn = [(row["started"], row["status"], row["digests"]) for row in values]
    assert len(drawn) == 2 * len(STATUSES)
    assert [row[1:] for row in drawn if row[2]] == [("scanned", 3), ("failed", 1), ("unchanged", 2)]
