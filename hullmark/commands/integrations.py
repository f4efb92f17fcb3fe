"""`hullmark integrations ...`: the Integration Hub on the command line."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hullmark.commands.verbs import Verbs
from hullmark.errors import UsageError

if TYPE_CHECKING:
    from hullmark.sources.ecr.checks import Check
    from tasks.hub import Connected, Outcome

REFUSED = 2


def add(verbs: Verbs) -> None:
    """Register the verb and its actions."""
    verb = verbs.add_parser("integrations", help="connect, test, change and disconnect AWS accounts")
    actions = verb.add_subparsers(metavar="ACTION", required=True)
    _add_values(actions.add_parser("add", help="test an account and connect it"), required=True).set_defaults(
        handler=run_add
    )
    _add_values(actions.add_parser("update", help="change an account"), required=False).set_defaults(handler=run_update)
    for name, handler, words in (
        ("test", run_test, "test the connection again"),
        ("pause", run_pause, "leave the account out of scans"),
        ("resume", run_resume, "scan the account again"),
        ("disconnect", run_disconnect, "forget the account; what was scanned stays"),
    ):
        action = actions.add_parser(name, help=words)
        action.add_argument("account", metavar="ACCOUNT_ID")
        if name == "disconnect":
            action.add_argument("--yes", action="store_true", help="do not ask")
        action.set_defaults(handler=handler)
    actions.add_parser("list", help="show the connected accounts").set_defaults(handler=run_list)
    actions.add_parser("new-external-id", help="make a strong External ID").set_defaults(handler=run_new_external_id)
    template = actions.add_parser("template", help="print the CloudFormation template of a role")
    template.add_argument("which", nargs="?", choices=("customer", "platform"), default="customer")
    template.set_defaults(handler=run_template)


def _add_values(action: argparse.ArgumentParser, *, required: bool) -> argparse.ArgumentParser:
    if required:
        action.add_argument("--account-id", dest="account", metavar="ID", required=True, help="12 digits")
    else:
        action.add_argument("account", metavar="ACCOUNT_ID")
    action.add_argument("--role-arn", metavar="ARN", required=required, help="output RoleArn of the stack")
    action.add_argument(
        "--external-id",
        metavar="ID",
        help="output ExternalId of the stack"
        + ("; asked for when left out, which keeps it out of the history" if required else ""),
    )
    action.add_argument("--region", metavar="REGION", action="append", required=required, help="may be repeated")
    action.add_argument("--include", metavar="GLOB", action="append", help="only these repositories; may be repeated")
    action.add_argument("--exclude", metavar="GLOB", action="append", help="not these repositories; may be repeated")
    action.add_argument("--even-if-failing", action="store_true", help="keep it although a line of the test failed")
    return action


def run_add(options: argparse.Namespace) -> int:
    """Connect an account."""
    from hullmark.settings import read_settings
    from hullmark.sources.ecr import Filters, Integration
    from tasks import hub

    external_id = options.external_id or _ask_external_id()
    filters = Filters(tuple(options.include or ()), tuple(options.exclude or ()))
    values = Integration(options.account, options.role_arn, external_id, tuple(options.region), filters)
    return _report(hub.add(values, read_settings(), even_if_failing=options.even_if_failing))


def run_update(options: argparse.Namespace) -> int:
    """Change an account."""
    from hullmark.settings import read_settings
    from tasks import hub

    changes = hub.Changes(
        role_arn=options.role_arn,
        external_id=options.external_id,
        regions=tuple(options.region) if options.region else None,
        include=tuple(options.include) if options.include else None,
        exclude=tuple(options.exclude) if options.exclude else None,
    )
    return _report(hub.update(options.account, changes, read_settings(), even_if_failing=options.even_if_failing))


def run_test(options: argparse.Namespace) -> int:
    """Test an account."""
    from hullmark.settings import read_settings
    from tasks import hub

    return _report(hub.test(options.account, read_settings()))


def run_pause(options: argparse.Namespace) -> int:
    """Pause an account."""
    from tasks import hub

    hub.pause(options.account)
    _say(f"Account {options.account} is paused; its data stays, and is not updated.")
    return 0


def run_resume(options: argparse.Namespace) -> int:
    """Resume an account."""
    from tasks import hub

    hub.resume(options.account)
    _say(f"Account {options.account} is scanned again from the next run on.")
    return 0


def run_disconnect(options: argparse.Namespace) -> int:
    """Disconnect an account."""
    from hullmark.sources.ecr.onboarding import STACK_NAME
    from tasks import hub

    if not options.yes:
        answer = input(f"Disconnect account {options.account} and forget its External ID? [y/N] ")
        if answer.strip().lower() not in ("y", "yes"):
            _say("Nothing was changed.")
            return 0
    hub.disconnect(options.account)
    _say(
        f"Account {options.account} is disconnected; what was scanned stays. Delete the stack {STACK_NAME} in that account."
    )
    return 0


def run_list(_options: argparse.Namespace) -> int:
    """List the accounts."""
    from rich.console import Console

    from hullmark.reports.terminal import columns, plain
    from tasks import hub

    connected = hub.list()
    if not connected:
        _say("No account is connected yet: run `hullmark integrations template`, deploy the stack, then `integrations add`.")
        return 0
    table = columns("Account", "State", "Regions", "Repositories", "Last test")
    for item in connected:
        tested = f"{item.tested_at:%Y-%m-%d %H:%M} UTC" if item.tested_at else "never"
        table.add_row(plain(item.account_id or item.name), _state(item), ", ".join(item.regions), _filters(item), tested)
    Console().print(table)
    return 0


def run_new_external_id(_options: argparse.Namespace) -> int:
    """Print a fresh External ID, once."""
    from hullmark.sources.ecr.onboarding import new_external_id

    _say(new_external_id())
    return 0


def run_template(options: argparse.Namespace) -> int:
    """Print a template."""
    from hullmark.sources.ecr.onboarding import CUSTOMER_TEMPLATE, PLATFORM_TEMPLATE, read_template

    _say(read_template(CUSTOMER_TEMPLATE if options.which == "customer" else PLATFORM_TEMPLATE).rstrip())
    return 0


def _ask_external_id() -> str:
    from getpass import getpass

    try:
        return getpass("External ID: ").strip()
    except EOFError:
        raise UsageError("no External ID was given; give --external-id, or type it when asked") from None


def _state(item: "Connected") -> str:
    if item.problem:
        return f"unusable: {item.problem}"
    if item.paused:
        return "paused"
    return "connected" if item.healthy else "failing its test"


def _filters(item: "Connected") -> str:
    parts = [", ".join(item.include) or "all"]
    if item.exclude:
        parts.append("but " + ", ".join(item.exclude))
    return " ".join(parts)


def _report(outcome: "Outcome") -> int:
    _print_checks(outcome.checks)
    if not outcome.saved:
        _say("Not saved: mend the failed lines and try again.")
        return REFUSED
    _say("Saved." if all(check.ok for check in outcome.checks) else "Saved, although lines failed.")
    return 0


def _print_checks(checks: Sequence["Check"]) -> None:
    from rich.console import Console
    from rich.text import Text

    from hullmark.reports.terminal import plain

    marks = {"passed": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "red"), "skipped": ("–", "dim")}
    console = Console()
    for check in checks:
        mark, style = marks[str(check.verdict)]
        console.print(Text.assemble((f" {mark} ", style), (f"{plain(check.name)}  ", "bold"), plain(check.detail, 400)))
        if check.remedy:
            console.print(Text(f"     {plain(check.remedy, 400)}", style="yellow"))


def _say(text: str) -> None:
    from rich.console import Console

    Console(soft_wrap=True).print(text, markup=False, highlight=False)
