"""Compliance: how rules and frameworks stand, which images fail a rule, how that went on, and what is due by when."""

import pyarrow as pa
import streamlit as st

from dashboards import charts, columns
from dashboards.data import ask, ask_row, settings
from dashboards.due_dates import due_dates
from dashboards.parts import KEPT, getting_started, open_image, still_table, table, titled
from hullmark.compliance.load import Policy, read_policy
from hullmark.reports.compliance_report import Counts, control_rows, rule_rows, score

ALL = "All rules"
VIEWS = {"rules": "Rules", "due": "Due dates"}


def show() -> None:
    """The whole page."""
    fleet = ask_row("overview_fleet")
    if not fleet["images"]:
        getting_started("No rules asked yet")
        return
    view = titled("Compliance", VIEWS, "rules", "compliance_as")
    {"rules": standing, "due": due_dates}[view]()


def standing() -> None:
    """How the rules, and the controls of a framework, stand."""
    options = ask_row("images_options")
    first, second, third = st.columns([1.6, 1.2, 1.2])
    policy = read_policy(settings().policy)
    titles = {framework.id: framework.title for framework in policy.frameworks}
    chosen = first.selectbox(
        "Framework", ["", *titles], format_func=lambda name: titles.get(name, ALL), key="framework", **KEPT
    )
    accounts = second.multiselect("Account", options["accounts"], key="account", placeholder="All", **KEPT)
    repositories = third.multiselect("Repository", options["repositories"], key="repository", placeholder="All", **KEPT)
    counts = {
        row["rule"]: (row["population"], row["failing"], row["exempt"], row["unknown"])
        for row in ask("compliance_rules", accounts=accounts, repositories=repositories).to_pylist()
    }
    if not counts:
        st.info("No rule was asked of these images yet: `hullmark run` asks them when it ends.")
        return
    if chosen:
        controls(policy, chosen, counts)
    asked = sorted(rules_of(policy, chosen))
    history(accounts, repositories, asked if chosen else [])
    rules(policy, counts, asked)


def rules_of(policy: Policy, framework: str) -> set[str]:
    """The rules that a framework names; all for none, and for one that names none."""
    return {
        rule for item in policy.frameworks if item.id == framework for control in item.controls for rule in control.rules
    } or set(policy.rules)


def controls(policy: Policy, name: str, counts: Counts) -> None:
    """The controls of a framework with its score."""
    framework = next(item for item in policy.frameworks if item.id == name)
    rows = control_rows(framework, counts)
    total = score(rows)
    st.caption(f"{framework.source}. That its rules pass is evidence for a control, not the control itself.")
    if total is not None:
        st.metric("Passing answers", f"{100 * total:.0f} %")
    still_table(pa.Table.from_pylist([
        {"control": row.control, "title": row.title, "state": [row.state], "answer": answer(row.failing, row.population),
         "rules": list(row.rules), "note": row.note}
        for row in rows
    ]), {
        "control": columns.text("Control", 70), "state": columns.state(width=80), "answer": columns.text("Fail", 96),
        "title": columns.text("What it asks", 460), "rules": columns.tags("Rules", 220), "note": columns.text("Note", 300),
    })  # fmt: skip


def answer(failing: int, population: int) -> str:
    """ "3 of 40"; a dash where nobody was asked."""
    return f"{failing:,} of {population:,}" if population else "–"


def history(accounts: list[str], repositories: list[str], asked: list[str]) -> None:
    """The share of passing answers after each change, of these accounts, repositories and rules."""
    rows = ask("compliance_history", accounts=accounts, repositories=repositories, rules=asked)
    if rows.num_rows > 1:
        st.header("Passing answers", anchor=False)
        st.vega_lite_chart(charts.share_line(rows, "Passing answers"))


def rules(policy: Policy, counts: Counts, asked: list[str]) -> None:
    """The rules, and the images that fail the one that was picked."""
    st.header("Rules", anchor=False)
    rows = [row for row in rule_rows(policy, counts) if row.rule in asked]
    picked = table(pa.Table.from_pylist([
        {"rule": row.rule, "severity": [row.severity], "title": row.title, "failing": row.failing,
         "answer": answer(row.failing, row.population), "exempt": row.exempt,
         "unknown": row.unknown, "fix": row.fix, "refs": list(row.refs)}
        for row in rows
    ]), {
        "rule": columns.text("Rule", 70), "severity": columns.severity(), "answer": columns.text("Fail", 96),
        "title": columns.text("What fails it", 330),
        "exempt": columns.number("Exempt", 64),
        "unknown": columns.number("Unknown", 70, help="Could not be asked: click the rule to see why"),
        "fix": columns.text("What to do", 360), "refs": columns.tags("References", 260),
    }, "rules_table")  # fmt: skip
    if picked is None:
        st.caption(
            "Click a rule to see the images that fail it. One that lies in several repositories counts in each of them."
        )
        return
    failing(rows[picked].rule, rows[picked].title)


def failing(rule: str, title: str) -> None:
    """The images or repositories that fail a rule, those that are exempt from it, and those of which it does not know."""
    rows = ask("compliance_failing", rule=rule)
    st.header(f"{rule} · {title}", anchor=False)
    if not rows.num_rows:
        st.success("Nothing fails this rule.", icon=":material/check:")
        return
    states = pa.array([[state] for state in rows["state"].to_pylist()])
    picked = table(rows.set_column(rows.column_names.index("state"), "state", states), {
        "name": columns.text("Image or repository", 230), "state": columns.state("", 80),
        "evidence": columns.text("Evidence", 520), "first_seen": columns.day("Since"),
        "account": columns.text("Account", 112), "region": columns.text("Region", 96),
    }, f"failing_{rule}")  # fmt: skip
    if picked is not None and rows["digest"][picked].as_py():
        open_image(rows["digest"][picked].as_py())


show()
