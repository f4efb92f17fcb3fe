"""`hullmark integrations ...`: the Integration Hub on the command line; the verbs of one account."""

import argparse
from typing import TYPE_CHECKING

from hullmark.commands import integration_import, integration_setup
from hullmark.commands.integration_words import ask_secret, report, report_gone, report_test, say, show_history, show_list
from hullmark.commands.verbs import Verbs, account_id
from hullmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hullmark.settings import Settings


def add(verbs: Verbs) -> None:
    """Register the verb and its actions."""
    verb = verbs.add_parser("integrations", help="connect, test, change and disconnect AWS accounts")
    actions = verb.add_subparsers(metavar="ACTION", required=True)
    integration_setup.add(actions)
    _add_values(actions.add_parser("add", help="test an account and connect it"), required=True).set_defaults(
        handler=run_add
    )
    integration_import.add(actions)
    _add_values(actions.add_parser("update", help="change an account"), required=False).set_defaults(handler=run_update)
    for name, handler, words in (
        ("test", run_test, "test the connection again"),
        ("history", run_history, "show who changed what and when"),
        ("pause", run_pause, "leave the account out of scans"),
        ("resume", run_resume, "scan the account again"),
        ("disconnect", run_disconnect, "scan the account no more; what was scanned stays"),
        ("verify-gone", run_verify_gone, "see whether AWS refuses the role of a disconnected account"),
        ("forget", run_forget, "delete what is kept of a disconnected account"),
    ):
        action = actions.add_parser(name, help=words)
        action.add_argument("account", metavar="ACCOUNT_ID", type=account_id)
        action.set_defaults(handler=handler)
        if name == "disconnect":
            action.add_argument("--yes", action="store_true", help="do not ask")
        if name == "verify-gone":
            action.add_argument("--ask-external-id", action="store_true", help="ask for it, where Hullmark has forgotten it")
    actions.add_parser("list", help="show the accounts").set_defaults(handler=run_list)


def _add_values(action: argparse.ArgumentParser, *, required: bool) -> argparse.ArgumentParser:
    if required:
        action.add_argument("--account-id", dest="account", metavar="ID", required=True, help="12 digits")
    else:
        action.add_argument("account", metavar="ACCOUNT_ID", type=account_id)
    action.add_argument("--role-arn", metavar="ARN", required=required, help="output RoleArn of the stack")
    action.add_argument(
        "--external-id",
        metavar="ID",
        help="output ExternalId of the stack"
        + ("; asked for when left out, which keeps it out of the shell's history" if required else ""),
    )
    action.add_argument(
        "--region", metavar="REGION", action="append", required=required, help="a Region with repositories; may be repeated"
    )
    action.add_argument("--include", metavar="GLOB", action="append", help="only these repositories; may be repeated")
    action.add_argument("--exclude", metavar="GLOB", action="append", help="not these repositories; may be repeated")
    action.add_argument("--tags", metavar="GLOB", action="append", help="only images with such a tag; may be repeated")
    action.add_argument("--days", metavar="N", type=int, help="only what was pushed or pulled in the last N days; 0: ever")
    action.add_argument("--latest", metavar="N", type=int, help="only the N tags of a repository pushed last; 0: all")
    action.add_argument(
        "--queue", metavar="REGION=URL", action="append", help="queue of push events of a Region; may be repeated"
    )
    action.add_argument("--even-if-failing", action="store_true", help="keep it although a line of the test failed")
    return action


def run_add(options: argparse.Namespace) -> int:
    """Connect an account."""
    from hullmark.sources.ecr import Filters, Integration
    from tasks import hub

    external_id = options.external_id or ask_secret("External ID: ")
    include, exclude, tags = (tuple(getattr(options, name) or ()) for name in ("include", "exclude", "tags"))
    filters = Filters(include, exclude, tags, options.days or 0, options.latest or 0)
    values = Integration(
        options.account, options.role_arn, external_id, tuple(options.region), filters, _queues(options.queue)
    )
    return report(hub.add(values, _settings(), even_if_failing=options.even_if_failing))


def run_update(options: argparse.Namespace) -> int:
    """Change an account."""
    from tasks import hub

    changes = hub.Changes(
        role_arn=options.role_arn,
        external_id=options.external_id,
        regions=tuple(options.region) if options.region else None,
        include=tuple(options.include) if options.include else None,
        exclude=tuple(options.exclude) if options.exclude else None,
        tags=tuple(options.tags) if options.tags else None,
        days=options.days,
        latest=options.latest,
        queues=_queues(options.queue) if options.queue else None,
    )
    if changes == hub.Changes():
        raise UsageError("nothing to change was named; `hullmark integrations update --help` says what can be")
    return report(hub.update(options.account, changes, _settings(), even_if_failing=options.even_if_failing))


def run_test(options: argparse.Namespace) -> int:
    """Test an account."""
    from tasks import hub

    return report_test(hub.test(options.account, _settings()))


def run_pause(options: argparse.Namespace) -> int:
    """Pause an account."""
    from tasks import hub

    hub.pause(options.account, _settings())
    say(f"Account {options.account} is paused, also for a run under way; its data stays, and is not updated.")
    return 0


def run_resume(options: argparse.Namespace) -> int:
    """Resume an account."""
    from tasks import hub

    hub.resume(options.account, _settings())
    say(f"Account {options.account} is scanned again from the next run on.")
    return 0


def run_disconnect(options: argparse.Namespace) -> int:
    """Disconnect an account."""
    from tasks import hub

    if not options.yes and not _agreed(
        f"Disconnect account {options.account}? It is scanned no more; what was found stays. [y/N] "
    ):
        say("Nothing was changed.")
        return 0
    hub.disconnect(options.account, _settings())
    say(
        f"Account {options.account} is disconnected: no run reads it any more, and one under way leaves it in a moment. "
        "What was found stays, and is marked as no longer updated. Now delete the stack "
        f"{hub.STACK_NAME} in that account (or take it out of the StackSet), then see that access is gone with "
        f"`hullmark integrations verify-gone {options.account}`."
    )
    return 0


def run_verify_gone(options: argparse.Namespace) -> int:
    """Verify that a disconnected account lets Hullmark in no more."""
    from tasks import hub

    external_id = ask_secret("External ID: ") if options.ask_external_id else ""
    return report_gone(options.account, hub.verify_gone(options.account, _settings(), external_id))


def run_forget(options: argparse.Namespace) -> int:
    """Forget a disconnected account."""
    from tasks import hub

    hub.forget(options.account)
    say(f"Account {options.account} is forgotten, with its External ID and its history; what was scanned stays in the lake.")
    return 0


def run_list(_options: argparse.Namespace) -> int:
    """List the accounts."""
    from tasks import hub

    show_list(hub.list())
    return 0


def run_history(options: argparse.Namespace) -> int:
    """Show the history of an account."""
    from tasks import hub

    found = [item for item in hub.list() if item.name == options.account]
    if not found:
        raise UsageError(f"account {options.account[:64]} is not known; see `hullmark integrations list`")
    show_history(found[0])
    return 0


def _settings() -> "Settings":
    from hullmark.settings import read_settings

    return read_settings()


def _queues(given: list[str] | None) -> "Mapping[str, str]":
    pairs = [text.partition("=") for text in given or ()]
    if any(not equals for _, equals, _ in pairs):
        raise UsageError("--queue is no REGION=URL; write it as in eu-central-1=https://sqs.eu-central-1.amazonaws.com/...")
    return {region: url for region, _, url in pairs}


def _agreed(question: str) -> bool:
    try:
        return input(question).strip().lower() in ("y", "yes")
    except EOFError:
        raise UsageError("nobody answered; give --yes to disconnect without being asked") from None
