"""The panel of what is due: what each owner has to fix, how much is overdue, and the list by date."""

from datetime import UTC, datetime

import pyarrow as pa
import streamlit as st

from dashboards import columns
from dashboards.data import ask
from dashboards.palette import SEVERITIES
from dashboards.parts import KEPT, ask_page, filled, open_vulnerability, pager, still_table, table
from dashboards.words import counted
from hullmark.reports.due_table import NOBODY

WITHIN = {0: "Overdue", 7: "Within 7 days", 30: "Within 30 days", 90: "Within 90 days", 3650: "Ever"}


def due_dates() -> None:
    """What is due, by owner and one by one."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    left, right = st.columns([2, 1.4])
    days = left.segmented_control(
        "Due", list(WITHIN), format_func=WITHIN.__getitem__, default=30, required=True, key="due_within", **KEPT
    )
    owners = ask("due_owners", now=now, days=days)
    if not owners.num_rows:
        st.success("No finding of the fleet has a date by which it must be gone.", icon=":material/check:")
        return
    names = owners["owner"].to_pylist()
    chosen = right.multiselect("Owner", names, format_func=named, key="due_owner", placeholder="All", **KEPT)
    if names == [""]:
        st.caption("Nobody is named yet: `owners.toml` in the folder of HULLMARK_POLICY says who answers for what.")
    summary(owners)
    rows, found = ask_page("due_list", "due_page", now=now, days=days, owners=chosen)
    if not found:
        st.success("Nothing is due by then.", icon=":material/check:")
        return
    st.caption(f"{counted(found, 'line')}, each a vulnerability of a package in a repository. Click one to see its images.")
    told = rows.set_column(0, "owner", pa.array([named(name) for name in rows["owner"].to_pylist()], pa.string()))
    shown = {
        "due": columns.day("Due"), "days_left": columns.days("Left", 76, "%.0f d"), "owner": columns.text("Owner", 170),
        "vulnerability": columns.text("Vulnerability", 150), "severity": columns.severity(words=SEVERITIES),
        "exploited": columns.exploited(), "package": columns.text("Package", 140),
        "fixed_version": columns.text("Fixed in", 130), "repository": columns.text("Repository", 200),
        "images": columns.number("Images", 66), "account": columns.text("Account", 112),
        "first_seen": columns.day("Since"),
    }  # fmt: skip
    picked = table(told, filled(rows, shown, "owner", "account", "exploited"), "due_table")
    pager("due_page", found)
    if picked is not None:
        open_vulnerability(rows["vulnerability"][picked].as_py())


def named(owner: str) -> str:
    """An owner's name, in words where there is none."""
    return owner or NOBODY


def summary(owners: pa.Table) -> None:
    """One row an owner."""
    told = owners.set_column(0, "owner", pa.array([named(name) for name in owners["owner"].to_pylist()], pa.string()))
    still_table(told, {
        "owner": columns.text("Owner", 220), "overdue": columns.number("Overdue"),
        "exploited": columns.number("Exploited", 76, help="Overdue, and known to be exploited"),
        "grave": columns.number("Critical, high", 96, help="Overdue"), "soon": columns.number("By then", 72),
        "open": columns.number("Open", help="With a date"), "repositories": columns.number("Repositories", 90),
        "oldest": columns.day("Oldest"), "next_due": columns.day("Next"),
    })  # fmt: skip
