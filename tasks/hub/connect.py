"""Connect an account, change it, test it again: what was tested is kept when every line is ok, or with an override."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from hullmark.errors import NotFound, UsageError
from hullmark.fleet.standing import Standing
from hullmark.settings import Settings
from hullmark.sources.ecr import Filters, Integration
from hullmark.sources.ecr.checks import Check
from tasks.hub import shown
from tasks.hub.account import read, whoami, write
from tasks.hub.block import read_block, read_blocks
from tasks.hub.tested import Outcome, may_be_kept, note_test, run_checks


@dataclass(frozen=True, slots=True)
class Changes:
    """New values for a connected account; None leaves the old one."""

    role_arn: str | None = None
    external_id: str | None = None
    regions: tuple[str, ...] | None = None
    include: tuple[str, ...] | None = None
    exclude: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    days: int | None = None
    latest: int | None = None
    queues: Mapping[str, str] | None = None

    def __repr__(self) -> str:
        return f"Changes({', '.join(name for name in self.__slots__ if getattr(self, name) is not None)})"


def add(values: Integration, settings: Settings, *, even_if_failing: bool = False, by: str = "") -> Outcome:
    """Test the values, and keep them if every line is ok.

    `even_if_failing` keeps them all the same, and the failed lines stay visible; lines that are binding (malformed
    values, a role that does not insist on its External ID) cannot be overridden. An account that was disconnected comes
    back with its history. Raises UsageError when the account is connected already, TransportError when Prefect is not
    there, and LakeError when the lake cannot be told.
    """
    refuse_connected(values.account_id)
    return keep(values, tuple(run_checks(values, settings)), settings, even_if_failing=even_if_failing, by=by)


def keep(
    values: Integration, checks: tuple[Check, ...], settings: Settings, *, even_if_failing: bool = False, by: str = ""
) -> Outcome:
    """The second half of `add`: keep values that were tested with these lines, or not."""
    if not may_be_kept(checks, even_if_failing):
        return Outcome(checks, None)
    try:
        block = read_block(values.account_id)
        shown.fill(block, values)
        block.disconnected = block.gone = None
        what = "connected again"
    except NotFound:
        block, what = shown.new_block(values), "connected"
    block.paused = False
    note_test(block, checks)
    shown.note(block, by or whoami(), f"{what}, although lines failed" if block.overridden else what)
    return Outcome(checks, write(block, settings, Standing.CONNECTED))


def test(account_id: str, settings: Settings) -> Outcome:
    """Test a connected account again and keep the result; raises NotFound and TransportError."""
    block = read(account_id)
    checks = tuple(run_checks(shown.integration(block), settings))
    note_test(block, checks, again=True)
    return Outcome(checks, write(block))


test.__test__ = False  # type: ignore[attr-defined]  # pytest: it is no test of ours


def update(account_id: str, changes: Changes, settings: Settings, *, even_if_failing: bool = False, by: str = "") -> Outcome:
    """Test an account with changed values, and keep them under the rules of `add`; raises NotFound and TransportError."""
    block = read(account_id)
    values = _changed(shown.integration(block), changes)
    checks = tuple(run_checks(values, settings))
    if not may_be_kept(checks, even_if_failing):
        return Outcome(checks, None)
    changed = shown.fill(block, values)
    note_test(block, checks)
    shown.note(block, by or whoami(), "updated, although lines failed" if block.overridden else "updated", changed)
    return Outcome(checks, write(block))


def refuse_connected(account_id: str) -> None:
    """Raise UsageError for an account that is connected, or whose block cannot be read."""
    for name, data in read_blocks():
        if name == account_id and not shown.shown(name, data).disconnected:
            raise UsageError(f"Account {account_id} is already connected; update it instead.")


def _changed(values: Integration, changes: Changes) -> Integration:
    new = {name: value for name in Changes.__slots__ if (value := getattr(changes, name)) is not None}
    policy = {item.name: new.pop(item.name) for item in fields(Filters) if item.name in new}
    return replace(values, filters=replace(values.filters, **policy), **new)
