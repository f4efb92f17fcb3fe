"""The panel that explains one vulnerability in one image: the answer, its risk, and what each advisory says."""

import pyarrow as pa
import streamlit as st

from dashboards import columns
from dashboards.data import harmless, reason
from dashboards.parts import attempt, still_table
from dashboards.sources import sources
from hullmark.reports.explanation import standing_lines, statements_table
from hullmark.reports.risk_words import risk_words
from hullmark.reports.terminal import plain

NAMED = 200  # images offered


def why(rows: pa.Table, vulnerability: str, digest: str = "") -> None:
    """Offer the images of `rows` (columns name and digest), and explain the one that is chosen, at first `digest`."""
    known = rows.select(["name", "digest"]).to_pylist()
    names = {row["digest"]: row["name"] for row in (*(row for row in known if row["digest"] == digest), *known[:NAMED])}
    if digest in names and st.session_state.get("why_asked") != (vulnerability, digest):
        st.session_state["why_asked"] = (vulnerability, digest)
        st.session_state["why"] = digest
    chosen = st.selectbox(
        "Why is it affected?",
        list(names),
        format_func=names.__getitem__,
        index=None,
        placeholder="Choose an image",
        key="why",
    )
    if chosen:
        with st.container(border=True):
            attempt(lambda: _explained(chosen, vulnerability))


def ask_why(digest: str) -> None:
    """Take the name of any vulnerability, and say why this image is affected or why it is not."""
    name = st.text_input(
        "Why is it not affected by …?", placeholder="A vulnerability, such as CVE-2024-6387 or an alias", key="ask_why"
    ).strip()
    if name:
        with st.container(border=True):
            attempt(lambda: _explained(digest, name))
            attempt(lambda: _told(digest, name))


def _told(digest: str, vulnerability: str) -> None:
    answer = reason(digest, vulnerability)
    sources(answer.advisories, answer.severities, answer.references)


def _explained(digest: str, vulnerability: str) -> None:
    answer = reason(digest, vulnerability)
    st.text(plain(answer.why, 600))
    for row in answer.findings:
        judge = f"severity {row['severity']}" + (f" by {row['severity_source']}" if row["severity_source"] else "")
        note = f" · {row['note']}" if row["note"] else ""
        st.text(
            plain(f"{row['package']} {row['version']}: {risk_words(row['risk'], row['risk_parts'])} · {judge}{note}", 600)
        )
    for line in standing_lines(answer):
        st.text(line)
    if not answer.statements:
        return
    said = statements_table(answer)
    once = dict.fromkeys(tuple(row.items()) for row in said.to_pylist())  # the same is said of two packages of one source
    still_table(harmless(pa.Table.from_pylist([dict(row) for row in once], said.schema)), {
        "holds": columns.text("Says", 110), "advisory": columns.text("Advisory", 190), "said_of": columns.text("About", 100),
        "span": columns.text("Versions", 180), "compared": columns.text("Compared", 150), "order": columns.text("Order", 70),
        "layer_index": columns.number("Layer", 54), "path": columns.text("Path", 150), "modified": columns.day("Modified"),
        "feed": columns.text("Feed", 100), "snapshot": columns.text("Snapshot", 110),
    })  # fmt: skip
