"""Pieces that pages share: what to do when there is nothing yet, one page of a long list, and the way to the details."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import pyarrow as pa
import streamlit as st

from dashboards.data import Row, ask, ask_row, lake_exists, settings
from dashboards.words import ago, opened, sentence
from hullmark.errors import HullmarkError

IMAGE = "views/image.py"
BASE = "views/base.py"
VULNERABILITY = "views/vulnerability.py"
KEPT: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}  # a filter that stands in the address
PAGE = 100  # rows shown at once
TALLEST_ROWS = 20  # a table with more of them scrolls
TALLEST_PIXELS = 712


def getting_started(what: str) -> None:
    """A page without data: why it is empty, and what fills it."""
    place = settings().lake
    st.title(what, anchor=False)
    st.text(f"The lake {place} holds no images yet." if lake_exists() else f"There is no lake at {place} yet.")
    if run := ask_row("overview_last_run", now=datetime.now(UTC).replace(second=0, microsecond=0)):
        st.text(
            f"The last run {run['state']} {ago(run['age_hours'])} and found no image: "
            "check the Regions and filters of the connected accounts under Integrations."
        )
    first, second, third = st.columns(3, border=True)
    with first:
        st.markdown("**1 · Connect an account**")
        st.caption("A read-only role in your AWS account lets Hullmark list and read its ECR images.")
        st.page_link("views/integrations.py", label="Open Integrations", icon=":material/add_link:")
        st.code("hullmark integrations add", language=None)
    with second:
        st.markdown("**2 · Scan the fleet**")
        st.caption("A run lists the registries, reads each layer once, fetches the advisories and compares the two.")
        st.code("hullmark run", language=None)
    with third:
        st.markdown("**Or look round first**")
        st.caption("A made-up fleet in an embedded registry: no AWS, no internet, about a minute.")
        st.code("hullmark demo", language=None)


def titled(title: str, views: Mapping[str, str], default: str, key: str) -> str:
    """The title of a page, and beside it what the page can show; returns which of `views` it is, as the address says."""
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.title(title, anchor=False, width="content")
        chosen = st.segmented_control(
            "Show", list(views), format_func=views.__getitem__, default=default, required=True, key=key,
            label_visibility="collapsed", **KEPT,
        )  # fmt: skip
    return chosen or default


def ask_page(query: str, key: str, **parameters: object) -> tuple[pa.Table, int]:
    """The rows of the page that the pager `key` stands on, and the number of all rows (column `total`)."""
    page = st.session_state.get(key, 1)
    rows = ask(query, limit=PAGE, offset=PAGE * (page - 1), **parameters)
    if not rows.num_rows and page > 1:
        st.session_state[key] = 1
        rows = ask(query, limit=PAGE, offset=0, **parameters)
    return rows, rows["total"][0].as_py() if rows.num_rows else 0


def pager(key: str, total: int) -> None:
    """Page buttons, where there is more than one page."""
    if total > PAGE:
        st.pagination(-(-total // PAGE), key=key)


def table(rows: pa.Table, columns: Mapping[str, Any], key: str, then: Callable[[Row], None] | None = None) -> int | None:
    """Show these columns of the rows; returns the number of the row in which a cell was clicked, if one was.

    `then` is called with that row before the page runs again, when it may still set filters.
    """
    shown = st.dataframe(
        rows.select(list(columns)), column_config=dict(columns), hide_index=True, key=key,
        on_select="rerun" if then is None else lambda: _picked(rows, key, then), selection_mode="single-cell",
        placeholder="–", height=height_of(rows),
    )  # fmt: skip
    return _number_of(rows, shown)


def _picked(rows: pa.Table, key: str, then: Callable[[Row], None]) -> None:
    number = _number_of(rows, st.session_state[key])
    if number is not None:
        then(rows.slice(number, 1).to_pylist()[0])


def _number_of(rows: pa.Table, shown: Mapping[str, Any]) -> int | None:
    picked = shown["selection"]["cells"]
    return int(picked[0][0]) if picked and picked[0][0] < rows.num_rows else None


def still_table(rows: pa.Table, columns: Mapping[str, Any]) -> None:
    """Show these columns of the rows, nothing to pick."""
    st.dataframe(
        rows.select(list(columns)), column_config=dict(columns), hide_index=True, placeholder="–", height=height_of(rows)
    )


def filled(rows: pa.Table, columns: Mapping[str, Any], *spare: str) -> dict[str, Any]:
    """The columns but for those of `spare` that say nothing in any row."""
    shown = [name for name in spare if name in columns]
    blank = {name for name in shown if not any(rows[name].to_pylist())}
    return {name: column for name, column in columns.items() if name not in blank}


def height_of(rows: pa.Table) -> int | Literal["content"]:
    """Short tables show every row, long ones scroll."""
    return "content" if rows.num_rows <= TALLEST_ROWS else TALLEST_PIXELS


def open_image(digest: str) -> None:
    """Go to the page of an image."""
    st.switch_page(IMAGE, query_params={"digest": digest})


def open_base(base: str) -> None:
    """Go to the page of a base: its digest, or its name where that alone is known."""
    st.switch_page(BASE, query_params={"base": base})


def open_vulnerability(vulnerability: str, digest: str = "") -> None:
    """Go to the page of a vulnerability, and to the reasons in one image where one is named."""
    st.switch_page(VULNERABILITY, query_params={"id": vulnerability} | ({"image": digest} if digest else {}))


def addressed(key: str) -> str:
    """What the address says, or what it said last: the browser's Back comes with the address of the page that was left."""
    if key in st.query_params:
        st.session_state[f"last_{key}"] = st.query_params[key]
    elif last := st.session_state.get(f"last_{key}"):
        st.query_params.from_dict({key: last})
    return str(st.session_state.get(f"last_{key}", ""))


def failure(what: str, error: HullmarkError) -> None:
    """What did not work, and the error's own sentence, which may hold words of others: plain text but for its commands."""
    with st.container(border=True):
        st.markdown(f":red[:material/error:] **{what}**")
        said = opened(str(error))
        if "`" in said:
            st.markdown(sentence(said))
        else:
            st.text(said)  # addresses in it can be copied


def attempt(action: Callable[[], None]) -> None:
    """Do what a person asked for; an expected failure becomes a sentence, and the page stays."""
    try:
        action()
    except HullmarkError as error:
        failure("That did not work.", error)
