"""What `hullmark integrations` says: the lines of a test, the list of accounts, their history."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hullmark.errors import UsageError

if TYPE_CHECKING:
    from hullmark.sources.ecr.checks import Check
    from tasks.hub import Connected, Outcome

MARKS = {"passed": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "red"), "skipped": ("–", "dim")}


def say(text: str) -> None:
    """Print a sentence as it is."""
    from rich.console import Console

    Console(soft_wrap=True).print(text, markup=False, highlight=False)


def ask_secret(question: str) -> str:
    """Ask for a value that does not show while it is typed; where nobody types, it is the first line of the input."""
    import sys
    from getpass import getpass

    try:
        given = (getpass(question) if sys.stdin.isatty() else sys.stdin.readline()).strip()
    except EOFError:
        given = ""
    if not given:
        raise UsageError("no External ID was given; type it when asked, or hand it over as the first line of the input")
    return given


def report(outcome: "Outcome") -> int:
    """Show a test and what was kept; the exit status."""
    show_checks(outcome.checks)
    if not outcome.saved:
        say("Not saved: mend the failed lines and try again.")
        return UsageError.exit_status
    say("Saved." if outcome.ok else "Saved, although lines failed; the list shows it until a test passes.")
    return 0


def report_test(outcome: "Outcome") -> int:
    """Show a test of an account that is connected; the exit status."""
    show_checks(outcome.checks)
    say("Every line is right." if outcome.ok else "Lines failed: the account stays connected, and the list says so.")
    return 0 if outcome.ok else UsageError.exit_status


def report_gone(account: str, outcome: "Outcome") -> int:
    """Show whether access to an account is gone; the exit status."""
    show_checks(outcome.checks)
    if not outcome.connected or not outcome.connected.gone:
        say(f"Access to account {account} is not known to be gone.")
        return UsageError.exit_status
    say(f"Access to account {account} is gone, and its External ID is forgotten.")
    return 0


def show_checks(checks: Sequence["Check"]) -> None:
    """Show the lines of a test."""
    from rich.console import Console
    from rich.text import Text

    from hullmark.reports.terminal import plain

    console = Console()
    for check in checks:
        mark, style = MARKS[str(check.verdict)]
        console.print(Text.assemble((f" {mark} ", style), (f"{plain(check.name)}  ", "bold"), plain(check.detail, 400)))
        if check.remedy:
            console.print(Text(f"     {plain(check.remedy, 400)}", style="yellow"))


def show_list(accounts: Sequence["Connected"]) -> None:
    """Show the accounts as a table."""
    from rich.console import Console

    from hullmark.reports.terminal import columns, plain

    if not accounts:
        say("No account is connected yet: begin with `hullmark integrations link` or `policy`, then `integrations add`.")
        return
    table = columns("Account", "State", "Regions", "Images", "Last test")
    for item in accounts:
        tested = f"{item.tested_at:%Y-%m-%d %H:%M} UTC" if item.tested_at else "never"
        table.add_row(plain(item.account_id or item.name), state(item), ", ".join(item.regions), _policy(item), tested)
    Console().print(table)


def show_history(item: "Connected") -> None:
    """Show what was done to an account, oldest first."""
    from hullmark.reports.terminal import plain

    for event in item.history:
        say(f"{event.at:%Y-%m-%d %H:%M} UTC  {plain(event.by)}  {plain(event.what)}")
        for change in event.changes:
            before, after = plain(change.before, 200) or "nothing", plain(change.after, 200) or "nothing"
            say(f"    {plain(change.name)}: {after if change.name == 'External ID' else f'{before} -> {after}'}")


def state(item: "Connected") -> str:
    """How an account stands, in words."""
    if item.problem:
        return f"unusable: {item.problem}"
    if item.disconnected:
        return "disconnected, access gone" if item.gone else "disconnected, access not verified to be gone"
    word = "connected" if item.healthy else "kept although failing" if item.overridden else "failing its test"
    return f"paused ({word})" if item.paused else word


def _policy(item: "Connected") -> str:
    policy = item.filters
    parts = [", ".join(policy.include) or "all"]
    if policy.exclude:
        parts.append("but " + ", ".join(policy.exclude))
    if policy.tags:
        parts.append("tagged " + ", ".join(policy.tags))
    if policy.days:
        parts.append(f"of the last {policy.days} days")
    if policy.latest:
        parts.append(f"the latest {policy.latest} tags")
    return " ".join(parts)
