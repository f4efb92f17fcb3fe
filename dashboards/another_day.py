"""The panel that asks about a day of the past: what was known, or what the advisories of another day say."""

from datetime import UTC, date, datetime

import pyarrow as pa
import streamlit as st

from dashboards import charts, columns
from dashboards.data import Reader, Row, State, ask_row, harmless, lake_state, settings
from dashboards.palette import SEVERITIES
from dashboards.parts import KEPT, PAGE, attempt, open_vulnerability, pager, table
from dashboards.words import counted
from hullmark.advisories.snapshot import FeedStore
from hullmark.analysis.past import Asked, ask_past, end_of, open_past, past_rows
from hullmark.lake.store import Lake

QUESTIONS = {
    "known": "What was known that day",
    "feeds": "Images of that day, advisories of today",
    "images": "Images of today, advisories of that day",
}
PAGER = "another_day_page"


def another_day() -> None:
    """Ask for a day and a question, and answer."""
    days = ask_row("history_days")
    if not days["first_day"]:
        st.info("No run has noted a finding yet, so that there is no past to ask about. Run `hullmark run`.")
        return
    today = datetime.now(UTC).date()
    left, right = st.columns([1, 3.2])
    day = left.date_input(
        "Day (its end, in UTC)", value=today, min_value=min(days["first_day"], today), max_value=today, format="YYYY-MM-DD",
        key="day", **KEPT,
    )  # fmt: skip
    asked = right.segmented_control(
        "Question", list(QUESTIONS), format_func=QUESTIONS.__getitem__, default="known", required=True, key="question",
        **KEPT,
    )  # fmt: skip
    if isinstance(day, date) and asked:
        attempt(lambda: _answer(day, asked))


def _answer(day: date, asked: str) -> None:
    lake = settings().lake
    reader, total, counts = _assessed(lake, lake_state(), day, asked)
    _numbers(total, asked)
    if not total["findings"]:
        st.info(f"No finding is known of {day:%d %B %Y}.", icon=":material/check:")
        return
    left, right = st.columns([1, 2.4], gap="large")
    with left:
        st.header("By severity", anchor=False)
        st.vega_lite_chart(charts.severity_bars(counts, "Findings"))
    with right:
        st.header(counted(total["findings"], "finding"), anchor=False)
        with reader.turn:
            page = st.session_state.get(PAGER, 1)
            rows = past_rows(reader.connection, "page", limit=PAGE, offset=PAGE * (page - 1))
        picked = table(harmless(rows), {
            "vulnerability": columns.text("Vulnerability", 150), "severity": columns.severity(words=SEVERITIES),
            "package": columns.text("Package", 140), "version": columns.text("Installed", 130),
            "fixed_version": columns.text("Fixed in", 130), "name": columns.text("Image", 220),
            "now": columns.text("Today", 90),
        }, "another_day_table")  # fmt: skip
        pager(PAGER, total["findings"])
    if picked is not None:
        open_vulnerability(rows["vulnerability"][picked].as_py())


def _numbers(total: Row, asked: str) -> None:
    """The day in four numbers."""
    found, risky, gone, new = st.columns(4)
    with found.container(border=True, height="stretch", gap="xxsmall"):
        st.metric("Findings", f"{total['findings']:,}")
        st.caption(f"of {counted(total['vulnerabilities'], 'vulnerability')}")
    with risky.container(border=True, height="stretch", gap="xxsmall"):
        st.metric("Images at high risk", f"{total['grave_images']:,}")
        st.caption(f"of {counted(total['images'], 'image')} with findings")
    with gone.container(border=True, height="stretch", gap="xxsmall"):
        st.metric("Gone since" if asked == "known" else "Not known today", f"{total['gone']:,}")
        st.caption("fixed, taken back, or their image is gone" if asked == "known" else "findings that only this answer has")
    with new.container(border=True, height="stretch", gap="xxsmall"):
        st.metric("New since" if asked == "known" else "Only known today", f"{total['new']:,}")
        st.caption("findings of today that it lacks")


@st.cache_resource(ttl="1h", max_entries=3, show_spinner="Asking the past …")
def _assessed(
    lake: str, state: State, day: date, asked: str
) -> tuple[Reader, Row, pa.Table]:  # the state is part of the key
    place = Lake(lake)
    connection = open_past(place, settings().memory_mb)
    try:
        question = Asked(end_of(day), images_now=asked == "images", feeds_now=asked == "feeds")
        ask_past(connection, FeedStore(place.feeds_root), question)
        (total,) = past_rows(connection, "totals").to_pylist()
        counts = past_rows(connection, "counts").select(["severity", "findings"]).rename_columns(["severity", "number"])
    except BaseException:
        connection.close()
        raise
    return Reader(connection), total, counts
