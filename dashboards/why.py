"""The panel that explains one vulnerability in one image: the answer, and what each advisory says."""

import pyarrow as pa
import streamlit as st

from dashboards import columns
from dashboards.data import harmless, reason
from dashboards.parts import attempt, still_table
from hullmark.reports.explanation import statements_table
from hullmark.reports.terminal import plain

NAMED = 200  # images offered


def why(rows: pa.Table, vulnerability: str) -> None:
    """Offer the images of `rows` (columns name and digest), and explain the one that is chosen."""
    names = {row["digest"]: row["name"] for row in rows.slice(0, NAMED).select(["name", "digest"]).to_pylist()}
    chosen = st.selectbox(
        "Why is it affected?",
        list(names),
        format_func=names.__getitem__,
        index=None,
        placeholder="Choose an image",
        key="why",
    )
    if chosen:
        attempt(lambda: _explained(chosen, vulnerability))


def _explained(digest: str, vulnerability: str) -> None:
    answer = reason(digest, vulnerability)
    st.text(plain(answer.why, 600))
    still_table(harmless(statements_table(answer)), {
        "holds": columns.text("Says", 110), "advisory": columns.text("Advisory", 190), "said_of": columns.text("About", 120),
        "span": columns.text("Versions", 200), "compared": columns.text("Compared", 170), "order": columns.text("Order", 70),
        "path": columns.text("Path", 200), "layer_index": columns.number("Layer", 54), "feed": columns.text("Feed", 100),
        "snapshot": columns.text("Snapshot", 110),
    })  # fmt: skip
