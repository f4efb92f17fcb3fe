"""What a run asks of the hub: the accounts that it reads, and which of them it must leave."""

from collections.abc import Container, Iterable

from hullmark.sources.ecr import Integration
from tasks.hub import shown
from tasks.hub.account import read, usable
from tasks.hub.block import read_blocks
from tasks.hub.shown import Connected


def integration(account_id: str) -> Integration:
    """The values of one connected account with its External ID, paused or not; raises NotFound and TransportError."""
    return shown.integration(read(account_id))


def integrations() -> tuple[Integration, ...]:
    """The values of every account that is scanned, with their External IDs, by account id; raises TransportError.

    A block that was edited into something unusable is left out here and shown with its problem by `list`.
    """
    return tuple(shown.integration(block) for block in usable() if not block.paused and not block.disconnected)


def known(accounts: Container[str]) -> tuple[Integration, ...]:
    """The values of those accounts that are connected, paused or not, with their External IDs; raises TransportError."""
    return tuple(shown.integration(block) for block in usable() if block.account_id in accounts and not block.disconnected)


def left(accounts: Iterable[str], paused: Container[str] = ()) -> dict[str, str]:
    """Of the accounts that a run began with, those that it must leave now, and why; raises TransportError.

    `paused` were so when it began, and are read because somebody named them.
    """
    known = {name: shown.shown(name, data) for name, data in read_blocks(secrets=False)}
    reasons = {account: _leaving(known.get(account), account, account in paused) for account in accounts}
    return {account: reason for account, reason in reasons.items() if reason}


def paused(accounts: Iterable[str]) -> frozenset[str]:
    """Those of the accounts that are paused; raises TransportError."""
    return frozenset(accounts) & {name for name, data in read_blocks(secrets=False) if shown.shown(name, data).paused}


def _leaving(now: Connected | None, account: str, was_paused: bool) -> str:
    if now is None or now.disconnected:
        when = f" at {now.disconnected:%Y-%m-%d %H:%M:%S} UTC" if now and now.disconnected else ""
        return f"account {account} was disconnected{when} while it was read; connect it again to have the rest scanned"
    if now.paused and not was_paused:
        return f"account {account} was paused while it was read; resume it to have the rest scanned"
    return ""
