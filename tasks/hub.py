"""The Integration Hub: connect, test, change, pause and disconnect accounts; the CLI and the dashboard call only this.

Every change is noted in the account's history with who did it; `by` is this process's user unless it is given.
"""

import getpass
import socket
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime

from pydantic import SecretStr, ValidationError

from hullmark.errors import LakeError, NotFound, UsageError
from hullmark.fleet.standing import Standing, mark_account
from hullmark.settings import Settings
from hullmark.sources.ecr import Filters, Integration, connection, gone
from hullmark.sources.ecr.checks import Check, Verdict, passed
from hullmark.sources.ecr.onboarding import (
    STACK_NAME,
    customer_policies,
    new_external_id,
    quick_create_url,
    read_template,
)
from tasks import connected as show
from tasks.connected import Connected
from tasks.integration import EcrIntegration, delete_block, read_block, read_blocks, write_block

__all__ = [
    "STACK_NAME",
    "Changes",
    "Check",
    "Connected",
    "Outcome",
    "Verdict",
    "add",
    "customer_policies",
    "disconnect",
    "forget",
    "integration",
    "integrations",
    "known",
    "left",
    "list",
    "new_external_id",
    "pause",
    "paused",
    "quick_create_url",
    "read_template",
    "resume",
    "run_checks",
    "test",
    "update",
    "verify_gone",
]
OWN_ID = "External ID of its own"
PROOF = "what the refusal proves"
_PROVES_LITTLE = "The role refused this External ID in its last test too, so it may still be there for another one."


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


def run_checks(values: Integration, settings: Settings) -> Iterator[Check]:
    """The lines of the test as they come, that the External ID is no other account's first of all."""
    own = own_id(values, users_of_ids())
    yield own
    if own.ok:
        yield from connection.run_checks(values, settings)


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
    if not _may_be_kept(checks, even_if_failing):
        return Outcome(checks, None)
    try:
        block = read_block(values.account_id)
        show.fill(block, values)
        block.disconnected = block.gone = None
        what = "connected again"
    except NotFound:
        block, what = show.new_block(values), "connected"
    block.paused = False
    _note_test(block, checks)
    show.note(block, by or whoami(), f"{what}, although lines failed" if block.overridden else what)
    return Outcome(checks, _write(block, settings, Standing.CONNECTED))


def test(account_id: str, settings: Settings) -> Outcome:
    """Test a connected account again and keep the result; raises NotFound and TransportError."""
    block = _read(account_id)
    checks = tuple(run_checks(show.integration(block), settings))
    _note_test(block, checks, again=True)
    return Outcome(checks, _write(block))


test.__test__ = False  # type: ignore[attr-defined]  # pytest: it is no test of ours


def list() -> tuple[Connected, ...]:  # noqa: A001  the verb of the CLI and the dashboard; nothing below uses the built-in
    """Every account by account id, those that were disconnected included; raises TransportError."""
    return tuple(show.shown(name, data) for name, data in read_blocks())


def update(account_id: str, changes: Changes, settings: Settings, *, even_if_failing: bool = False, by: str = "") -> Outcome:
    """Test an account with changed values, and keep them under the rules of `add`; raises NotFound and TransportError."""
    block = _read(account_id)
    values = _changed(show.integration(block), changes)
    checks = tuple(run_checks(values, settings))
    if not _may_be_kept(checks, even_if_failing):
        return Outcome(checks, None)
    changed = show.fill(block, values)
    _note_test(block, checks)
    show.note(block, by or whoami(), "updated, although lines failed" if block.overridden else "updated", changed)
    return Outcome(checks, _write(block))


def disconnect(account_id: str, settings: Settings, by: str = "") -> Connected:
    """Scan an account no more; what was found stays, and the lake marks it as no longer updated.

    The External ID is kept, and used for nothing but `verify_gone`. Raises NotFound, TransportError, and LakeError when
    the account is disconnected but the lake could not be told so.
    """
    block = _read(account_id)
    block.disconnected = datetime.now(UTC)
    show.note(block, by or whoami(), "disconnected")
    return _write(block, settings, Standing.DISCONNECTED)


def verify_gone(account_id: str, settings: Settings, external_id: str = "", by: str = "") -> Outcome:
    """Whether AWS refuses Hullmark the role of a disconnected account; when it does, the External ID is forgotten.

    `external_id` is that of the account where Hullmark has forgotten it. Raises NotFound, UsageError for an account that
    is connected or whose External ID nobody has, and TransportError.
    """
    block = _read(account_id, disconnected=True)
    if not block.disconnected:
        raise UsageError(f"Account {account_id} is connected; disconnect it before you verify that access is gone.")
    values = show.integration(block)
    values = replace(values, external_id=external_id or values.external_id)
    if not values.external_id:
        raise UsageError(f"The External ID of account {account_id} was forgotten; give it, since the role asks for it.")
    checks = tuple(gone.check_gone(values, settings))
    if not _let_in(block) and not external_id:
        checks = (*checks, Check(PROOF, Verdict.WARNING, _PROVES_LITTLE, "Look in the account whether the stack is gone."))
    if all(check.verdict is Verdict.PASSED for check in checks):
        block.gone, block.external_id = datetime.now(UTC), SecretStr("")
        show.note(block, by or whoami(), "access verified to be gone")
    return Outcome(checks, _write(block))


def forget(account_id: str) -> None:
    """Delete what is kept of a disconnected account, its history included; raises NotFound, UsageError, TransportError."""
    try:
        block = read_block(account_id)
    except ValidationError:
        block = None  # unusable, so that nothing is lost
    if block and not block.disconnected:
        raise UsageError(f"Account {account_id} is connected; disconnect it before you forget it.")
    delete_block(account_id)


def pause(account_id: str, settings: Settings, by: str = "") -> Connected:
    """Leave an account out of scheduled scans; raises NotFound, TransportError and LakeError."""
    return _set_paused(account_id, settings, by, paused=True)


def resume(account_id: str, settings: Settings, by: str = "") -> Connected:
    """Scan an account again; raises NotFound, TransportError and LakeError."""
    return _set_paused(account_id, settings, by, paused=False)


def integration(account_id: str) -> Integration:
    """The values of one connected account with its External ID, paused or not; raises NotFound and TransportError."""
    return show.integration(_read(account_id))


def integrations() -> tuple[Integration, ...]:
    """The values of every account that is scanned, with their External IDs, by account id; raises TransportError.

    A block that was edited into something unusable is left out here and shown with its problem by `list`.
    """
    return tuple(show.integration(block) for block in _usable() if not block.paused and not block.disconnected)


def known(accounts: Container[str]) -> tuple[Integration, ...]:
    """The values of those accounts that are connected, paused or not, with their External IDs; raises TransportError."""
    return tuple(show.integration(block) for block in _usable() if block.account_id in accounts and not block.disconnected)


def left(accounts: Iterable[str], paused: Container[str] = ()) -> dict[str, str]:
    """Of the accounts that a run began with, those that it must leave now, and why; raises TransportError.

    `paused` were so when it began, and are read because somebody named them.
    """
    known = {name: show.shown(name, data) for name, data in read_blocks(secrets=False)}
    reasons = {account: _leaving(known.get(account), account, account in paused) for account in accounts}
    return {account: reason for account, reason in reasons.items() if reason}


def _leaving(now: Connected | None, account: str, was_paused: bool) -> str:
    if now is None or now.disconnected:
        when = f" at {now.disconnected:%Y-%m-%d %H:%M:%S} UTC" if now and now.disconnected else ""
        return f"account {account} was disconnected{when} while it was read; connect it again to have the rest scanned"
    if now.paused and not was_paused:
        return f"account {account} was paused while it was read; resume it to have the rest scanned"
    return ""


def paused(accounts: Iterable[str]) -> frozenset[str]:
    """Those of the accounts that are paused; raises TransportError."""
    return frozenset(accounts) & {name for name, data in read_blocks(secrets=False) if show.shown(name, data).paused}


def whoami() -> str:
    """Who runs this process, as history tells it: user@machine."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a user id without a name, as in many containers
        user = "?"
    return f"{user}@{socket.gethostname()}"


def users_of_ids() -> dict[str, str]:
    """Which account uses each External ID; raises TransportError. Never show its keys."""
    return {block.external_id.get_secret_value(): block.account_id for block in _usable()}


def own_id(values: Integration, used_by: Mapping[str, str]) -> Check:
    """The line that says whether an External ID is this account's alone."""
    other = used_by.get(values.external_id, values.account_id)
    if other == values.account_id:
        return passed(OWN_ID, "No other account uses it.")
    detail = f"Account {other} uses this External ID already, and one that two accounts share protects neither."
    remedy = "Make a new one, put it into the stack of this account, and use that."
    return Check(OWN_ID, Verdict.FAILED, detail, remedy, binding=True)


def refuse_connected(account_id: str) -> None:
    """Raise UsageError for an account that is connected, or whose block cannot be read."""
    for name, data in read_blocks():
        if name == account_id and not show.shown(name, data).disconnected:
            raise UsageError(f"Account {account_id} is already connected; update it instead.")


def _usable() -> Iterator[EcrIntegration]:
    for _, data in read_blocks():
        try:
            yield EcrIntegration.model_validate(data)
        except ValidationError:
            continue


def _may_be_kept(checks: Sequence[Check], even_if_failing: bool) -> bool:
    return all(check.ok or (even_if_failing and not check.binding) for check in checks)


def _note_test(block: EcrIntegration, checks: Sequence[Check], *, again: bool = False) -> None:
    """Keep the lines; an override lasts until a test passes, and a later test alone makes none."""
    failing = not all(check.ok for check in checks)
    block.last_test = show.record(checks)
    block.overridden = failing and (block.overridden or not again)


def _read(account_id: str, *, disconnected: bool = False) -> EcrIntegration:
    try:
        block = read_block(account_id)
    except ValidationError:
        raise NotFound(
            f"The integration of account {account_id[:64]} was edited into something unusable; forget it and add it again."
        ) from None
    if block.disconnected and not disconnected:
        raise NotFound(f"Account {account_id} is not connected any more; add it again to go on.")
    return block


def _set_paused(account_id: str, settings: Settings, by: str, *, paused: bool) -> Connected:
    block = _read(account_id)
    block.paused = paused
    show.note(block, by or whoami(), "paused" if paused else "resumed")
    return _write(block, settings, Standing.PAUSED if paused else Standing.CONNECTED)


def _let_in(block: EcrIntegration) -> bool:
    """Whether the role took the External ID in the last test."""
    lines = block.last_test.lines if block.last_test else []
    return any(line.name == connection.WITH and line.verdict is Verdict.PASSED for line in lines)


def _write(block: EcrIntegration, settings: Settings | None = None, standing: Standing | None = None) -> Connected:
    """Keep the block, and tell the lake how the account stands from now on."""
    write_block(block)
    if settings and standing:
        try:
            mark_account(settings.lake, block.account_id, standing, block.updated)
        except LakeError as error:
            raise LakeError(
                f"Account {block.account_id} is {standing} now, but the lake could not be told: {error}"
            ) from None
    return show.connected(block)


def _changed(values: Integration, changes: Changes) -> Integration:
    new = {name: value for name in Changes.__slots__ if (value := getattr(changes, name)) is not None}
    policy = {item.name: new.pop(item.name) for item in fields(Filters) if item.name in new}
    return replace(values, filters=replace(values.filters, **policy), **new)
