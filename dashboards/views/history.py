"""History: days until findings go, what each image of a line brought and fixed, two images, and any day of the past."""

from collections import Counter
from datetime import UTC, datetime

import pyarrow as pa
import streamlit as st

from dashboards import columns
from dashboards.another_day import another_day
from dashboards.data import ask, ask_row
from dashboards.palette import SEVERITIES
from dashboards.parts import KEPT, ask_page, getting_started, open_image, pager, still_table, table, titled
from dashboards.two_images import AFTER, BEFORE, two_images
from dashboards.words import counted

VIEWS = {"times": "Time to fix", "lines": "From image to image", "pair": "Two images", "day": "Any day"}
PER = {"severity": "By severity", "repository": "By repository", "account": "By account"}


def show() -> None:
    """The whole page."""
    if not ask_row("overview_fleet")["images"]:
        getting_started("No history yet")
        return
    view = titled("History", VIEWS, "times", "view")
    {"times": times, "lines": lines, "pair": two_images, "day": another_day}[view]()


def times() -> None:
    """Days until findings go, and the age of those that stay."""
    per = st.segmented_control(
        "Per", list(PER), format_func=PER.__getitem__, default="severity", required=True, key="per",
        label_visibility="collapsed", **KEPT,
    )  # fmt: skip
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    rows = ask("history_times", per=per, accounts=[], now=now)
    if not rows.num_rows:
        st.info(
            "No finding was seen to come or go in a line of tags yet. A line is what tags such as 1.2.0 and 1.3.0 of one "
            "repository make; the next run notes where they point."
        )
        return
    st.caption(
        "Days from when a finding was known in a line of tags until the first image without it, and the age of the rest."
    )
    if per == "severity":
        rows = rows.set_column(0, "name", pa.array([[name] for name in rows["name"].to_pylist()], pa.list_(pa.string())))
    still_table(rows, {
        "name": columns.severity() if per == "severity" else columns.text(str(per).capitalize(), 170),
        "went": columns.number("Gone", help="After they were known; what went before that has no days"),
        "median_days": columns.days("Median time to fix", 130),
        "p90_days": columns.days("90 % within", 100), "stay": columns.number("Open"),
        "open_median_days": columns.days("Median age of open", 136), "oldest_days": columns.days("Oldest", 90),
    })  # fmt: skip


def lines() -> None:
    """The lines of tags, and the one that is chosen."""
    found = ask("history_lines").to_pylist()
    if not found:
        st.info("No tag was noted yet: the next run writes down where tags point. Run `hullmark run`.")
        return
    first, second, third = st.columns([1.6, 1, 1])
    places = {row["place"]: row["repository"] for row in found}
    often = Counter(places.values())
    places = {name: repository if often[repository] == 1 else name for name, repository in places.items()}
    place = first.selectbox("Repository", list(places), format_func=places.__getitem__, key="place", **KEPT)
    here = [row for row in found if row["place"] == place]
    line = second.selectbox(
        "Tags", list(dict.fromkeys(row["line"] for row in here)), key="line", **KEPT,
        help="Tags that differ in their numbers alone are one line, with * for each number: 1.2 and 1.3 are of `*.*`",
    )  # fmt: skip
    platforms = [row["platform"] for row in here if row["line"] == line]
    platform = third.selectbox("Platform", platforms, format_func=lambda name: name or "not stated", key="platform", **KEPT)
    steps({"place": place, "line": line, "platform": platform})


def compare(before: str, after: str) -> None:
    """Show the difference of two images."""
    st.session_state["view"], st.session_state[BEFORE], st.session_state[AFTER] = "pair", before, after


def steps(line: dict[str, object]) -> None:
    """The images of a line, and its findings."""
    rows = ask("history_steps", **line)
    st.caption(f"{counted(rows.num_rows, 'image')}, the newest first. Click one to open it.")
    picked = table(rows, {
        "tag": columns.text("Tag", 170), "introduced": columns.number("Introduced", 84), "fixed": columns.number("Fixed"),
        "regressed": columns.number("Came back", 84), "carried": columns.number("Carried over", 92),
        "since": columns.day("Since"), "until": columns.day("Until"),
        "short_digest": columns.text("Digest", 170),
    }, "history_steps_table")  # fmt: skip
    if picked is not None:
        open_image(rows["digest"][picked].as_py())
    if rows.num_rows > 1:
        newest, older = rows["digest"].to_pylist()[:2]
        st.button("Compare the newest two", icon=":material/compare_arrows:", on_click=compare, args=(older, newest))
    found, total = ask_page("history_stays", "history_page", **line)
    if not total:
        st.caption("None of its images is known to have a finding.")
        return
    st.caption(f"{counted(total, 'finding')} of this line, with where each came and went.")
    still_table(found, {
        "vulnerability": columns.text("Vulnerability", 150), "severity": columns.severity(words=SEVERITIES),
        "exploited": columns.exploited(), "package": columns.text("Package", 150),
        "introduced_in": columns.text("Introduced in", 140), "fixed_in": columns.text("Fixed in", 140),
        "stay": columns.number("Times", 60), "opened": columns.day("Known"), "closed": columns.day("Gone"),
    })  # fmt: skip
    pager("history_page", total)


show()
