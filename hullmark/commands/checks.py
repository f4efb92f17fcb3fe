"""`hullmark checks`: which rules fail in how many images, which images fail one, how a framework stands, what is due."""

import argparse
import sys
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from hullmark.commands.verbs import Verbs
from hullmark.errors import NotFound, UsageError

if TYPE_CHECKING:
    import duckdb
    from rich.table import Table

    from hullmark.compliance.load import Policy

MOST = 10_000  # rows that are listed
EVERYWHERE: dict[str, list[str]] = {"accounts": [], "repositories": []}


def add(verbs: Verbs) -> None:
    """Register the verb."""
    verb = verbs.add_parser("checks", help="which rules fail in how many images, and how a framework stands")
    what = verb.add_mutually_exclusive_group()
    what.add_argument("--rule", metavar="ID", help="the images or repositories that fail this rule, such as HM001")
    what.add_argument("--framework", metavar="ID", help="the controls of this framework, such as cis-docker-4")
    what.add_argument(
        "--due", action="store_true", help="what each owner has to fix, how much is overdue, and when the next is due"
    )
    what.add_argument("--owner", metavar="NAME", help="what this owner has to fix, by its date; '' is nobody")
    verb.add_argument(
        "--days", type=int, default=30, metavar="N", help="with --due and --owner: due within so many (default: 30)"
    )
    verb.add_argument("--format", choices=("table", "json"), default="table", help="what to print (default: table)")
    verb.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Ask the lake and print."""
    from hullmark.commands.query import lake_with_data
    from hullmark.compliance.load import read_policy
    from hullmark.settings import read_settings

    settings = read_settings()
    policy = read_policy(settings.policy)
    with closing(lake_with_data(settings.lake).connect(settings.memory_mb)) as connection:
        if options.rule:
            rows = _failing(connection, policy, options.rule)
        elif options.framework:
            rows = _controls(connection, policy, options.framework)
        elif options.due or options.owner is not None:
            rows = _due(connection, policy, options)
        else:
            rows = _rules(connection, policy)
    if options.format == "json":
        import orjson

        sys.stdout.buffer.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    else:
        _print(rows, "Nothing is due." if options.due or options.owner is not None else "Nothing fails this rule.")
    return 0


def _ask(connection: "duckdb.DuckDBPyConnection", query: str, **parameters: object) -> list[dict[str, Any]]:
    from hullmark.sql import read_sql

    answer = connection.sql(read_sql("hullmark.reports.queries", f"{query}.sql"), params=parameters)
    rows: list[dict[str, Any]] = answer.to_arrow_table().to_pylist()
    return rows


def _counts(connection: "duckdb.DuckDBPyConnection") -> dict[str, tuple[int, int, int, int]]:
    rows = _ask(connection, "compliance_rules", **EVERYWHERE)
    return {row["rule"]: (row["population"], row["failing"], row["exempt"], row["unknown"]) for row in rows}


def _rules(connection: "duckdb.DuckDBPyConnection", policy: "Policy") -> list[dict[str, Any]]:
    from hullmark.reports.compliance_report import rule_rows

    return [asdict(row) for row in rule_rows(policy, _counts(connection))]


def _controls(connection: "duckdb.DuckDBPyConnection", policy: "Policy", name: str) -> list[dict[str, Any]]:
    from hullmark.reports.compliance_report import control_rows

    framework = next((item for item in policy.frameworks if item.id == name), None)
    if framework is None:
        known = ", ".join(item.id for item in policy.frameworks)
        raise NotFound(f"there is no framework {name}; name one of {known}")
    return [asdict(row) for row in control_rows(framework, _counts(connection))]


def _failing(connection: "duckdb.DuckDBPyConnection", policy: "Policy", rule: str) -> list[dict[str, Any]]:
    from hullmark.sql import read_sql

    if rule not in policy.rules:
        raise NotFound(f"there is no rule {rule}; `hullmark checks` lists them")
    connection.execute(read_sql("hullmark.reports.queries", "macro_fleet.sql"))
    return _ask(connection, "compliance_failing", rule=rule)


def _due(connection: "duckdb.DuckDBPyConnection", policy: "Policy", options: argparse.Namespace) -> list[dict[str, Any]]:
    from datetime import UTC, datetime

    from hullmark.compliance.due import register_due

    if options.days < 0:
        raise UsageError(f"--days is {options.days}; give a number from 0 on")
    _check_owner(policy, options.owner)
    register_due(connection, policy)
    asked: dict[str, Any] = {"now": datetime.now(UTC), "days": options.days}
    if options.owner is None:
        return _ask(connection, "due_owners", **asked)
    return _ask(connection, "due_list", owners=[options.owner], limit=MOST, offset=0, **asked)


def _check_owner(policy: "Policy", owner: str | None) -> None:
    known = list(dict.fromkeys(item.name for item in policy.owners))
    if owner and owner not in known:
        there = f"name one of {', '.join(known)}" if known else "it names nobody yet, so that all is due by '' (nobody)"
        raise NotFound(f"no owner {owner!r} is named in owners.toml; {there}")


def _print(rows: list[dict[str, Any]], nothing: str) -> None:
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 150)
    if not rows:
        console.print(nothing)
        return
    console.print(_table(rows))


def _table(rows: list[dict[str, Any]]) -> "Table":
    from hullmark.reports.due_table import due_table
    from hullmark.reports.terminal import columns, plain, severity_text

    if "evidence" in rows[0]:
        table = columns("Image or repository", "Account", "Region", "", "Since", "Evidence")
        for row in rows:
            place = (plain(row["name"], 60), plain(row["account"] or ""), plain(row["region"] or ""))
            table.add_row(*place, row["state"], f"{row['first_seen']:%Y-%m-%d}", plain(row["evidence"], 160))
    elif "due" in rows[0] or "overdue" in rows[0]:
        table = due_table(rows)
    elif "control" in rows[0]:
        table = columns("Control", "", "State", "Fail", "of", "Rules", right=("Fail", "of"))
        for row in rows:
            title = f"{row['title']}{' (' + row['note'] + ')' if row['note'] else ''}"
            counts = ("-", "-") if row["state"] == "manual" else (f"{row['failing']:,}", f"{row['population']:,}")
            table.add_row(plain(row["control"]), plain(title, 120), row["state"], *counts, ", ".join(row["rules"]))
    else:
        numbers = ("Fail", "Exempt", "of", "Unknown")
        table = columns("Rule", "Severity", "", *numbers, right=numbers)
        for row in rows:
            shown = (f"{row[name]:,}" for name in ("failing", "exempt", "population", "unknown"))
            table.add_row(plain(row["rule"]), severity_text(row["severity"]), plain(row["title"], 100), *shown)
    return table
