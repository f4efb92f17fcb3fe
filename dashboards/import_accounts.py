"""Many accounts at once: a file is tested row by row, told row by row, and connected when a person has seen how it went."""

from typing import TYPE_CHECKING

import pyarrow as pa
import streamlit as st

from dashboards import columns
from dashboards.data import settings
from dashboards.hub import connected, hub, who
from dashboards.onboard import regions_of
from dashboards.parts import attempt, still_table
from dashboards.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hullmark.sources.ecr.accounts_file import Row
    from tasks.hub import Result

EXAMPLE = (
    "account_id,role_arn,external_id,regions,include,exclude\n"
    "111122223333,arn:aws:iam::111122223333:role/HullmarkECRIntegrationRole,<output ExternalId>,"
    "eu-central-1 us-east-1,,*/scratch\n"
)


def panel() -> None:
    """The whole import: the file, what holds for all rows, the dry run and the real one."""
    with st.container(border=True):
        st.markdown("#### Import many accounts")
        st.caption("A CSV with a header, or YAML with one mapping for each account. Each row is tested and kept on its own.")
        with st.expander("What the file looks like"):
            st.code(EXAMPLE, language=None, wrap_lines=True)
            st.caption(
                "Also: tags, days, latest. role_arn may be left out for a role with the usual name, regions where they are "
                "named below, external_id for accounts of an organization's StackSet."
            )
        with st.form("import", border=False):
            file = st.file_uploader("File", type=["csv", "yaml", "yml"], key="import_file")
            left, right = st.columns(2)
            base = left.text_input("External ID base of the organization's stack", type="password", key="import_base",
                                   placeholder="for rows without External ID", autocomplete="new-password")  # fmt: skip
            own = regions_of(settings().platform_role_arn)
            regions = right.multiselect("Regions of rows that name none", own, key="import_regions", accept_new_options=True)
            even = st.checkbox("Save rows even if lines of their test fail", key="import_even")
            with st.container(horizontal=True):
                dry = st.form_submit_button("Dry run", key="import_dry", icon=":material/science:")
                real = st.form_submit_button("Test and connect", type="primary", key="import_real")
        if (dry or real) and file is not None:
            attempt(lambda: work(file.getvalue(), file.name, base.strip(), (*regions,), even, dry))
        elif dry or real:
            st.warning("Choose a file first.")


def work(data: bytes, name: str, base: str, regions: tuple[str, ...], even: bool, dry: bool) -> None:  # noqa: PLR0913, PLR0917  the form's fields
    """Read the file, and show what becomes of every row."""
    from hullmark.sources.ecr.accounts_file import Defaults, parse_accounts  # noqa: PLC0415  not for the other pages

    rows = parse_accounts(data, "csv" if name.lower().endswith(".csv") else "yaml", Defaults(base, regions))
    results = run(rows, even, dry)
    refused = sum(result.fate == "refused" for result in results)
    said = f"{counted(len(results), 'row')}, {refused} refused." + (" Nothing was saved: this was a dry run." if dry else "")
    (st.warning if refused else st.success)(said)
    still_table(report(results), {
        "row": columns.number("Row", 50), "account": columns.text("Account", 120), "what": columns.text("Result", 150),
        "why": columns.text("Why", 620),
    })  # fmt: skip


def run(rows: "Sequence[Row]", even: bool, dry: bool) -> "list[Result]":
    """Work off the rows under a bar."""
    hub()  # says what to do where there is no Prefect API
    from tasks.hub import connect_all  # noqa: PLC0415  Prefect costs a second

    bar, results = st.progress(0.0, "Testing …"), []
    for result in connect_all(rows, settings(), dry_run=dry, even_if_failing=even, by=who()):
        results.append(result)
        bar.progress(len(results) / len(rows), f"{len(results)} of {len(rows)} rows")
    bar.empty()
    connected.clear()
    return results


def report(results: "Sequence[Result]") -> pa.Table:
    """The results as a table: row, account, what, why."""
    return pa.table({
        "row": [result.number for result in results],
        "account": [result.account_id for result in results],
        "what": [str(result.fate) for result in results],
        "why": [result.why for result in results],
    })  # fmt: skip
