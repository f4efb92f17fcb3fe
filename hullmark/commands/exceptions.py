"""`hullmark exceptions add|list|revoke`: what is lived with, by whom it was decided, why, and until when."""

import argparse
from contextlib import closing
from typing import TYPE_CHECKING

from hullmark.commands.verbs import Verbs
from hullmark.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from hullmark.lake.store import Lake

SCOPE = {
    "vulnerability": ("ID", "such as CVE-2026-1234, by any of its names"),
    "rule": ("ID", "a rule of `hullmark checks`, such as HM001"),
    "package": ("TYPE/NAME", "such as deb/openssl or npm/@angular/core"),
    "versions": ("RANGE", "of the package: '1.2', '<1.5' or '>=1.2 <1.5'"),
    "repository": ("GLOB", "such as team-a/*, with or without the registry"),
    "account": ("ID", "12 digits"),
    "image": ("DIGEST", "of an image or an index"),
}


def add(verbs: Verbs) -> None:
    """Register the verb and its actions."""
    verb = verbs.add_parser("exceptions", help="what is lived with: who decided it, why, and until when")
    actions = verb.add_subparsers(metavar="ACTION", required=True)
    made = actions.add_parser(
        "add", help="make an exception", description="Make an exception of what fits everything that is said."
    )
    for name, (metavar, words) in SCOPE.items():
        made.add_argument(f"--{name}", metavar=metavar, default="", help=words)
    made.add_argument("--reason", metavar="TEXT", required=True, help="why it is lived with")
    made.add_argument("--owner", metavar="NAME", help="who answers for it (default: you)")
    ends = made.add_mutually_exclusive_group(required=True)
    ends.add_argument("--until", metavar="DATE", help="the last day on which it holds, as in 2026-12-31")
    ends.add_argument("--days", metavar="N", type=int, help="for so many days")
    made.set_defaults(handler=run_add)
    listed = actions.add_parser("list", help="show the exceptions that hold")
    listed.add_argument("--all", action="store_true", help="also those that ended or were revoked")
    listed.add_argument("--format", choices=("table", "json"), default="table", help="what to print (default: table)")
    listed.set_defaults(handler=run_list)
    gone = actions.add_parser("revoke", help="end an exception now; it stays in the list")
    gone.add_argument("id", metavar="ID")
    gone.set_defaults(handler=run_revoke)


def run_add(options: argparse.Namespace) -> int:
    """Make one, and say what it covers today."""
    from datetime import UTC, datetime, timedelta

    from hullmark.commands.query import lake_with_data
    from hullmark.exceptions import Scope, check_length, exception_row, keep_exceptions
    from hullmark.settings import read_settings

    settings = read_settings()
    lake = lake_with_data(settings.lake)
    now = datetime.now(UTC)
    ends = _end(options, now)
    said = {name: getattr(options, name).strip() for name in SCOPE if name != "image"}
    scope = Scope(**said, image_digest=options.image.strip())
    row = exception_row(scope, options.reason, options.owner or user(), user(), (now, ends))
    check_length(now, ends, settings.exception_days)
    keep_exceptions(lake, row)
    name = row["id"][0].as_py()
    last = ends - timedelta(seconds=1)
    reach = _reach(lake, name, options.rule, settings.memory_mb)
    _say(f"Exception {name} holds to the end of {last:%Y-%m-%d}, UTC. {reach}")
    return 0


def run_list(options: argparse.Namespace) -> int:
    """Show them, the newest first."""
    import orjson
    from rich.console import Console

    rows = _rows(all_of_them=options.all)
    if options.format == "json":
        document = [{name: value for name, value in row.items() if not isinstance(value, bytes)} for row in rows]
        print(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())  # noqa: T201  the answer itself
    elif rows:
        Console().print(_table(rows))
    else:
        _say("There is no exception." if options.all else "No exception holds now; --all shows those that have ended.")
    return 0


def run_revoke(options: argparse.Namespace) -> int:
    """End one."""
    from datetime import UTC, datetime

    from hullmark.commands.query import lake_with_data
    from hullmark.exceptions import keep_exceptions, revoked
    from hullmark.settings import read_settings

    settings = read_settings()
    lake = lake_with_data(settings.lake)
    with closing(lake.connect(settings.memory_mb)) as connection:
        rows = connection.table("exceptions").to_arrow_table()
    keep_exceptions(lake, revoked(rows, options.id, user(), datetime.now(UTC)))
    _say(f"Exception {options.id} is revoked: what it covered counts again from now on.")
    return 0


def _end(options: argparse.Namespace, now: "datetime") -> "datetime":
    from datetime import UTC, datetime, timedelta

    if options.days is not None:
        if not 1 <= options.days <= 36_500:
            raise UsageError(f"--days is {options.days}; give a number from 1 on")
        return now + timedelta(days=options.days)
    try:
        return datetime.strptime(options.until, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise UsageError(f"--until is {options.until[:40]!r}, which is no day; write it as 2026-12-31") from None


def user() -> str:
    """The name of whoever runs this; raises UsageError where the machine does not know it."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise UsageError("nobody knows who you are on this machine; say who answers with --owner and set USER") from None


def _reach(lake: "Lake", name: str, rule: str, memory_mb: int) -> str:
    from hullmark.reports.terminal import counted

    if rule:
        return "`hullmark checks` counts it from the next run on."
    with closing(lake.connect(memory_mb)) as connection:
        found = connection.execute(
            "SELECT count(*), count(DISTINCT image_digest) FROM exception_findings WHERE starts_with(exempt, $name)",
            {"name": name},
        ).fetchall()[0]
    if not found[0]:
        return "It covers nothing that is found now, unless a longer exception covers it already."
    return f"It covers {counted(found[0], 'finding')} in {counted(found[1], 'image')}."


def _rows(*, all_of_them: bool) -> "list[dict[str, Any]]":
    from hullmark.commands.query import lake_with_data
    from hullmark.settings import read_settings

    settings = read_settings()
    with closing(lake_with_data(settings.lake).connect(settings.memory_mb)) as connection:
        asked = connection.sql(
            "SELECT * FROM exceptions_at(now()) WHERE $all OR state = 'active'", params={"all": all_of_them}
        )
        rows: list[dict[str, Any]] = asked.to_arrow_table().to_pylist()
    return rows


def _table(rows: "list[dict[str, Any]]") -> "Any":  # noqa: ANN401  rich's table
    from hullmark.reports.terminal import columns, plain

    table = columns("Id", "State", "Last day", "Owner", "Covers", "Reason")
    for row in rows:
        names = ("vulnerability", "rule", "package", "versions", "repository", "account", "image_digest")
        covers = ", ".join(row[name] for name in names if row[name])
        state = f"{row['state']} by {row['revoked_by']}" if row["revoked_at"] else row["state"]
        table.add_row(
            row["id"],
            plain(state),
            row["last_day"],
            plain(row["owner"], 40),
            plain(covers),
            plain(row["reason"]),
        )
    return table


def _say(sentence: str) -> None:
    from rich.console import Console

    Console().print(sentence, highlight=False, markup=False, soft_wrap=True)
