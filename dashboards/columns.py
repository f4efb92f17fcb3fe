"""How columns look, the same on every page: chips for severities and states, bars for likelihoods, dates, sizes."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from dashboards.palette import SEVERITIES, STATES, severity_colours

Config = Any  # Streamlit keeps the type of a column configuration to itself
WORST = (*SEVERITIES, "clean")
MEGABYTE = 1_000_000


def severity(label: str = "Severity", words: Iterable[str] = WORST) -> Config:
    """A list column of one severity as a coloured chip."""
    colours = severity_colours()
    names = tuple(words)
    return st.column_config.MultiselectColumn(label, options=names, color=[colours[name] for name in names], width=88)


def state(label: str = "State", width: int = 96) -> Config:
    """A list column of one state as a coloured chip; the word says it too."""
    return st.column_config.MultiselectColumn(label, options=tuple(STATES), color=list(STATES.values()), width=width)


def exploited() -> Config:
    """A list column that holds "KEV" where attackers are known to use the vulnerability."""
    return st.column_config.MultiselectColumn(
        "Exploited",
        options=("KEV",),
        color=[STATES["KEV"]],
        width=76,
        help="In CISA's catalogue of known exploited vulnerabilities",
    )


def epss() -> Config:
    """A probability in percent as a bar."""
    return st.column_config.ProgressColumn(
        "EPSS", min_value=0, max_value=100, format="%.1f %%", width=108, color="gray",
        help="The probability that it is exploited within 30 days",
    )  # fmt: skip


def risk(label: str = "Risk") -> Config:
    """A risk from 0 to 100 as a bar."""
    return st.column_config.ProgressColumn(
        label, min_value=0, max_value=100, format="%.0f", width=92, color="gray",
        help="0 to 100 from severity, EPSS, known exploitation, fixes and how exposed the image is (docs/risk.md)",
    )  # fmt: skip


def said(label: str = "Exception or VEX", width: int = 200) -> Config:
    """The exception that covers a finding, or what VEX states of it."""
    return st.column_config.TextColumn(label, width=width)


def number(label: str, width: int = 74, **said: Any) -> Config:  # noqa: ANN401  # handed on to Streamlit
    """A count."""
    return st.column_config.NumberColumn(label, format="localized", width=width, **said)


def ends() -> Config:
    """The number of findings that a change ends."""
    return number("Ends", 62, help="Findings that it ends")


def score() -> Config:
    """A CVSS score."""
    return st.column_config.NumberColumn("CVSS", format="%.1f", width=58)


def text(label: str, width: int | None = None, **said: Any) -> Config:  # noqa: ANN401
    """Text as it is."""
    return st.column_config.TextColumn(label, width=width, **said)


def link(label: str) -> Config:
    """An address that may be followed, as an arrow; blank for one that may not (`hullmark/reports/links.py`)."""
    return st.column_config.LinkColumn(label, display_text=":material/open_in_new:", width=58)


def day(label: str) -> Config:
    """A date."""
    return st.column_config.DatetimeColumn(label, format="D MMM YYYY", width=98)


def sized(rows: pa.Table, name: str = "size") -> tuple[pa.Table, Config]:
    """The rows with a column of bytes in the one unit that suits the largest, and how it looks.

    Streamlit's own format for bytes writes billions of them as BB.
    """
    largest = pc.max(rows[name]).as_py() or 0
    unit, bytes_each = ("MB", 1e6) if largest >= MEGABYTE else ("kB", 1e3)
    column = pc.divide(pc.cast(rows[name], pa.float64()), bytes_each)
    return rows.set_column(rows.column_names.index(name), name, column), st.column_config.NumberColumn(
        "Size", format=f"%.1f {unit}", width=78
    )


def tags(label: str = "Tags", width: int = 120) -> Config:
    """A list of words."""
    return st.column_config.ListColumn(label, width=width)


def days(label: str, width: int = 84, form: str = "%.1f d") -> Config:
    """A length of time in days."""
    return st.column_config.NumberColumn(label, format=form, width=width)


def percents(rows: pa.Table, name: str) -> pa.Table:
    """The rows with the shares of a column in percent."""
    return rows.set_column(rows.column_names.index(name), name, pc.multiply(pc.cast(rows[name], pa.float64()), 100.0))


def part(label: str) -> Config:
    """A share of a whole, in percent; written as EPSS is."""
    return st.column_config.NumberColumn(label, format="%.1f %%", width=72)


def severity_badge(name: str) -> None:
    """A severity outside a table; a word that is none is shown as "unknown"."""
    known = name if name in SEVERITIES else "unknown"
    colour = {"critical": "red", "high": "orange", "medium": "yellow", "low": "blue"}.get(known, "gray")
    st.badge(known, color=colour)  # type: ignore[arg-type]  # the colours above are names that Streamlit knows
