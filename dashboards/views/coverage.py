"""Coverage: what became of every digest that ECR lists, how that went over time, and what is left alone for now."""

import pyarrow as pa
import streamlit as st

from dashboards import columns
from dashboards.charts import statuses
from dashboards.data import ask, ask_row, harmless, rejected, settings
from dashboards.parts import attempt, getting_started, still_table
from dashboards.words import counted, moment
from hullmark.fleet.quarantine import Held, held, release
from hullmark.lake.store import Lake

SHOWN = 50  # images in quarantine; more are released from the command line


def show() -> None:
    """Draw the page."""
    rows = ask("overview_coverage")
    if not rows.num_rows and not ask_row("overview_fleet")["images"]:
        getting_started("No coverage yet")
        return
    st.title("Coverage", anchor=False)
    if not rows.num_rows:
        st.caption("No run has listed a registry yet: run `hullmark run`.")
        return
    st.header("Now", anchor=False, help="Every digest that ECR lists is in one of these rows")
    still_table(columns.percents(rows, "share"), {
        "status": columns.state(width=90), "digests": columns.number("Digests", 66), "share": columns.part("Share"),
        "reason": columns.text("Reason", 130), "detail": columns.text("For example", 560),
        "example": columns.text("Where", 260),
    })  # fmt: skip
    trend = ask("coverage_trend")
    if len(set(trend["run"].to_pylist())) > 1:
        st.header("Each scan", anchor=False)
        st.vega_lite_chart(statuses(trend), width="stretch")
    quarantine()
    batches()


def batches() -> None:
    """Rows that failed the checks of their table; a person decides on the command line, where it is noted who did."""
    items = rejected(settings().lake)
    st.header("Rejected batches", anchor=False, help="Rows that failed the checks of their table, kept whole beside it")
    if not items:
        st.caption("Every batch has passed its checks.")
        return
    st.caption("`hullmark quality show`, `release` or `discard` with the name.")
    still_table(harmless(pa.table({
        "name": [item.name for item in items], "kept_at": [item.kept_at[:16].replace("T", " ") for item in items],
        "rows": [item.rows for item in items], "failures": ["; ".join(item.failures) for item in items],
    })), {
        "name": columns.text("Batch", 340), "kept_at": columns.text("Kept (UTC)", 120), "rows": columns.number("Rows", 62),
        "failures": columns.text("What is wrong", 620),
    })  # fmt: skip


def quarantine() -> None:
    """What is left alone, each with its button."""
    items = held(Lake(settings().lake), settings().memory_mb)
    st.header("Quarantine", anchor=False, help="Images that failed in three runs in a row are left alone for a day")
    if not items:
        st.caption("Nothing is in quarantine.")
    for item in items[:SHOWN]:
        one(item)
    if len(items) > SHOWN:
        st.caption(f"And {counted(len(items) - SHOWN, 'more image')}: see `hullmark quarantine list`.")


def one(item: Held) -> None:
    """One image with its button; what an image or registry said is plain text."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.text(
            f"{item.places[0]}\n{item.failures} runs failed: {item.reason}, {item.detail}\nuntil {moment(item.held_until)}"
        )
        if st.button("Release", key=f"release_{item.digest}", icon=":material/replay:", width="content"):
            attempt(lambda: _release(item.digest))


def _release(digest: str) -> None:
    release(Lake(settings().lake), [digest], settings().memory_mb)
    st.rerun()


show()
