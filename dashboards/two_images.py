"""The panel that compares two images, also such that are gone: packages and findings that they do not have alike."""

import pyarrow as pa
import streamlit as st

from dashboards import columns
from dashboards.data import compared
from dashboards.palette import SEVERITIES
from dashboards.parts import KEPT, attempt, filled, open_vulnerability, still_table, table
from hullmark.reports.diff_report import summary

BEFORE, AFTER = "from", "to"  # the names of what is compared, in the address too


def two_images() -> None:
    """Ask for two images, and answer."""
    left, right = st.columns(2)
    before = left.text_input("From", placeholder="repository:tag or digest", key=BEFORE, **KEPT).strip()
    after = right.text_input("To", placeholder="repository:tag or digest", key=AFTER, **KEPT).strip()
    if not before or not after:
        st.caption("Name two images, as the page Images shows them. They may be gone from their registry.")
        return
    attempt(lambda: _answer(before, after))


def _answer(before: str, after: str) -> None:
    found = compared(before, after)
    st.caption(summary(found))
    picked, rows = None, chips(found.findings)
    if rows.num_rows:
        st.header("Findings", anchor=False)
        shown = {
            "change": columns.text("", 80), "vulnerability": columns.text("Vulnerability", 150),
            "severity": columns.severity(words=SEVERITIES), "exploited": columns.exploited(),
            "package": columns.text("Package", 150), "version": columns.text("Version", 160),
            "fixed_version": columns.text("Fixed in", 160),
        }  # fmt: skip
        picked = table(rows, filled(rows, shown, "exploited"), "compared_findings")
    if found.packages.num_rows:
        st.header("Packages", anchor=False)
        still_table(found.packages, {
            "change": columns.text("", 100), "name": columns.text("Package", 240), "type": columns.text("Kind", 80),
            "before": columns.text("From", 240), "after": columns.text("To", 240),
        })  # fmt: skip
    if picked is not None:
        open_vulnerability(rows["vulnerability"][picked].as_py())


def chips(rows: pa.Table) -> pa.Table:
    """The rows with severity, and what is exploited, as lists of one word."""
    severity = pa.array([[word] for word in rows["severity"].to_pylist()], pa.list_(pa.string()))
    exploited = pa.array([["KEV"] if kev else [] for kev in rows["kev"].to_pylist()], pa.list_(pa.string()))
    return rows.set_column(rows.column_names.index("severity"), "severity", severity).append_column("exploited", exploited)
