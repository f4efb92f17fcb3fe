"""The test of an account: its lines, and whether what was tested may be kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hullmark.settings import Settings
from hullmark.sources.ecr import Integration, connection
from hullmark.sources.ecr.checks import Check, Verdict, passed
from tasks.hub import shown
from tasks.hub.account import usable
from tasks.hub.block import EcrIntegration
from tasks.hub.shown import Connected

OWN_ID = "External ID of its own"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request: the lines of the test, and the account as it is kept now (None: nothing was saved)."""

    checks: tuple[Check, ...]
    connected: Connected | None

    @property
    def saved(self) -> bool:
        """Whether the values are kept."""
        return self.connected is not None

    @property
    def ok(self) -> bool:
        """Whether no line failed."""
        return all(check.ok for check in self.checks)


def run_checks(values: Integration, settings: Settings) -> Iterator[Check]:
    """The lines of the test as they come, that the External ID is no other account's first of all."""
    own = own_id(values, users_of_ids())
    yield own
    if own.ok:
        yield from connection.run_checks(values, settings)


def users_of_ids() -> dict[str, str]:
    """Which account uses each External ID; raises TransportError. Never show its keys."""
    return {block.external_id.get_secret_value(): block.account_id for block in usable()}


def own_id(values: Integration, used_by: Mapping[str, str]) -> Check:
    """The line that says whether an External ID is this account's alone."""
    other = used_by.get(values.external_id, values.account_id)
    if other == values.account_id:
        return passed(OWN_ID, "No other account uses it.")
    detail = f"Account {other} uses this External ID already, and one that two accounts share protects neither."
    remedy = "Make a new one, put it into the stack of this account, and use that."
    return Check(OWN_ID, Verdict.FAILED, detail, remedy, binding=True)


def may_be_kept(checks: Sequence[Check], even_if_failing: bool) -> bool:
    """Whether every line is ok, or none that failed is binding and an override is wanted."""
    return all(check.ok or (even_if_failing and not check.binding) for check in checks)


def note_test(block: EcrIntegration, checks: Sequence[Check], *, again: bool = False) -> None:
    """Keep the lines; an override lasts until a test passes, and a later test alone makes none."""
    failing = not all(check.ok for check in checks)
    block.last_test = shown.record(checks)
    block.overridden = failing and (block.overridden or not again)
