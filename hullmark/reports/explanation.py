"""An explanation for a terminal, and as JSON."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import orjson
import pyarrow as pa
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from hullmark.analysis.explanation import Explanation
from hullmark.reports.risk_words import risk_words
from hullmark.reports.terminal import plain, severity_text
from hullmark.reports.told import told_lines

SHOWN = 12  # statements of one kind
HOLDS = {
    "affected": "affected", "before": "before", "fixed": "fixed", "after": "after", "not-listed": "not listed",
    "other-release": "other release", "other-build": "other build", "withdrawn": "withdrawn", "rejected": "rejected",
    "owned": "owned", "no-order": "no order", "never": "never",
}  # fmt: skip
Row = dict[str, Any]
KINDS = {"layer_index": pa.int32(), "modified": pa.timestamp("us", tz="UTC")}
STATEMENTS = pa.schema(
    [(name, KINDS.get(name, pa.string())) for name in (
        "holds", "advisory", "said_of", "span", "compared", "order", "path", "layer_index", "modified", "feed", "snapshot",
    )]
)  # fmt: skip


def explanation_json(answer: Explanation) -> bytes:
    """The whole answer as one document."""
    return orjson.dumps(asdict(answer), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE, default=_text)


def _text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def explanation_view(answer: Explanation) -> RenderableType:
    """The answer first, then the findings, where the packages lie, and what each advisory says."""
    return Group(Text(plain(answer.why, 600), style="bold"), *_parts(answer))


def statements_table(answer: Explanation) -> pa.Table:
    """What each advisory says, a row each, as words: see STATEMENTS."""
    rows = [
        {
            "holds": HOLDS[row["holds"]], "advisory": row["advisory"], "said_of": row["said_of"], "span": _span(row),
            "compared": f"{row['advisory_name']} {row['compared']}", "order": row["scheme"], "path": row["path"],
            "layer_index": row["layer_index"], "modified": row["modified"], "feed": row["feed"],
            "snapshot": answer.feeds.get(row["feed"], "")[:12],
        }
        for row in answer.statements
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, STATEMENTS)


def standing_lines(answer: Explanation) -> list[str]:
    """What exceptions and VEX say of the findings, a line for each package and place, and how many are not shown."""
    more = len(answer.standing) - SHOWN
    return [
        *map(_standing, answer.standing[:SHOWN]),
        *([f"… and {more:,} more (--format json has all)"] if more > 0 else []),
    ]


def _standing(row: Row) -> str:
    said = [f"exception {row['exempt']}"] if row["exempt"] else []
    if row["exception_ended"]:
        said.append(f"its exception ended on {row['exception_ended'] - timedelta(seconds=1):%Y-%m-%d}")
    said += [row["vex"]] if row["vex"] else []
    state = "settled" if row["settled"] else "open"
    return plain(f"{row['package']} in {row['registry']}/{row['repository']} is {state}: {'; '.join(said)}", 600)


def _parts(answer: Explanation) -> Iterator[RenderableType]:
    yield from _findings(answer)
    if answer.standing:
        yield Text("\nExceptions and VEX", style="bold")
        yield from (Text(f"  {line}") for line in standing_lines(answer))
    if answer.evidence:
        yield Text("\nPackages", style="bold")
        for row in answer.evidence:
            yield Text(f"  {plain(row['purl'] or row['package'], 200)}")
            yield Padding(Text(_place(row), style="dim"), (0, 0, 0, 4), expand=False)
    if answer.statements:
        yield Text("\nWhat is said", style="bold")
        said = dict.fromkeys(_statement(row) for row in answer.statements)  # of a source, once for all its packages
        yield from (Text(f"  {line}") for line in list(said)[: 3 * SHOWN])
    for heading, lines in told_lines(answer.advisories, answer.severities, answer.references):
        yield Text(f"\n{heading}", style="bold")
        yield from (Text(f"  {line}") for line in lines)
    if answer.events:
        yield Text("\nHistory", style="bold")
        for row in answer.events[-SHOWN:]:
            name = plain(row["package_key"].split("|")[1] if "|" in row["package_key"] else row["package_key"])
            what = f"{row['event']} ({row['cause']})  {name}  {plain(row['detail'])}"
            yield Text(f"  {row['at']:%Y-%m-%d %H:%M}  {what}".rstrip())
    used = {row["feed"] for row in answer.statements}
    if used:
        feeds = ", ".join(f"{feed} {answer.feeds.get(feed, '')[:12]}" for feed in sorted(used))
        yield Text(f"\nSnapshots: {plain(feeds, 400)}", style="dim")


def _findings(answer: Explanation) -> Iterator[RenderableType]:
    """Each finding with its judge, its fix, and what its risk is made of."""
    if not answer.findings:
        return
    yield Text("\nFindings", style="bold")
    for row in answer.findings:
        line = Text(f"  {plain(row['package'])} {plain(row['version'])}  ")
        line.append_text(severity_text(row["severity"]))
        judge = plain(row["severity_source"] or "nobody")
        line.append(f"  {_score(row)}by {judge}; {_fix(row)}; decided by {plain(row['advisory'])}")
        yield line
        yield Padding(Text(risk_words(row["risk"], row["risk_parts"]), style="dim"), (0, 0, 0, 4), expand=False)
        if row["note"]:
            yield Padding(Text(plain(row["note"], 300), style="dim"), (0, 0, 0, 4), expand=False)


def _score(row: Row) -> str:
    return f"{row['score']:.1f} " if row["score"] is not None else ""


def _fix(row: Row) -> str:
    return f"fixed in {plain(row['fixed_version'])}" if row["fixed_version"] else plain(row["fix_state"])


def _place(row: Row) -> str:
    words = [plain(row["path"], 200), f"layer {row['layer_index']} ({row['layer'][:19]})", plain(row["origin"] or "")]
    if row["owner"]:
        words.append(f"owned by {plain(row['owner'])}")
    if row["created_by"]:
        words.append(plain(row["created_by"], 120))
    return "; ".join(word for word in words if word)


def _statement(row: Row) -> str:
    compared = f"{plain(row['advisory_name'])} {plain(row['compared'])}"
    order = f", {row['scheme']} order" if row["scheme"] else ""
    about = f"{plain(row['advisory'])} ({plain(row['said_of'])})"
    return f"{HOLDS[row['holds']]:<14} {about}: {_span(row)}; compared {compared}{order}"


def _span(row: Row) -> str:
    """The versions that a statement is about."""
    if row["holds"] == "never":
        return "no version"
    if row["listed"] is not None:
        return f"{len(row['listed'])} listed versions"
    high = f"{'<=' if row['high_inclusive'] else '<'} {plain(row['high'])}" if row["high"] else "no end"
    return f"from {plain(row['low'] or '0')} to {high}"
