"""The report of a batch as one HTML page that asks no network: what was expected, what was found."""

from collections.abc import Mapping
from html import escape
from typing import Any

HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #10222e}}
table {{border-collapse: collapse; width: 100%}} th, td {{text-align: left; padding: .4rem .6rem}}
tr {{border-bottom: 1px solid #d8e1e6}} td {{vertical-align: top; overflow-wrap: anywhere}}
.bad {{color: #a3123a; font-weight: 600}} .good {{color: #2e9c82}}
</style></head><body>"""
ROW = '<tr><td class="{kind}">{word}</td><td>{rule}</td><td>{where}</td><td>{wrong}</td><td>{examples}</td></tr>'


def page(name: str, report: Mapping[str, Any]) -> str:
    """The page of one report as `quarantine` writes it; every word from a batch is escaped."""
    parts = [
        HEAD.format(title=escape(name)), f"<h1>{escape(name)}</h1>",
        f"<p>{int(report.get('rows', 0)):,} rows for the table {escape(str(report.get('table')))}, kept on "
        f"{escape(str(report.get('kept_at')))}.</p>",
        f"<p>{_decision(report)}</p><ul>",
        *(f"<li>{escape(str(sentence))}</li>" for sentence in report.get("failures", ())),
        "</ul><table><tr><th></th><th>Expectation</th><th>Column</th><th>Rows that do not</th><th>Examples</th></tr>",
        *(_row(result) for result in _results(report)), "</table></body></html>\n",
    ]  # fmt: skip
    return "\n".join(parts)


def _decision(report: Mapping[str, Any]) -> str:
    if not report.get("decision"):
        return "It waits for a decision: <code>hullmark quality release</code> or <code>discard</code>."
    return escape(f"It was {report['decision']} by {report['by']} on {report['decided_at']}.")


def _results(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    whole = report.get("report") or {}
    return sorted(whole.get("results", ()), key=lambda result: bool(result["success"]))


def _row(result: Mapping[str, Any]) -> str:
    config, found = result["expectation_config"], result.get("result") or {}
    arguments = config["kwargs"]
    columns = [str(arguments[key]) for key in ("column", "column_A", "column_B") if key in arguments]
    good = bool(result["success"])
    return ROW.format(
        kind="good" if good else "bad", word="passed" if good else "failed",
        rule=escape(str(config["type"]).removeprefix("expect_").replace("_", " ")),
        where=escape(", ".join(columns or map(str, arguments.get("column_list", ())))),
        wrong=escape(str(found.get("unexpected_count", ""))),
        examples=escape(", ".join(str(value)[:80] for value in found.get("partial_unexpected_list", ()))),
    )  # fmt: skip
