"""Pause an account, or disconnect it for good: what was found stays, and that AWS lets nobody in can be verified."""

from dataclasses import replace
from datetime import UTC, datetime

from pydantic import SecretStr, ValidationError

from hullmark.errors import UsageError
from hullmark.fleet.standing import Standing
from hullmark.settings import Settings
from hullmark.sources.ecr import connection, gone
from hullmark.sources.ecr.checks import Check, Verdict
from tasks.hub import shown
from tasks.hub.account import read, whoami, write
from tasks.hub.block import EcrIntegration, delete_block, read_block
from tasks.hub.shown import Connected
from tasks.hub.tested import Outcome

PROOF = "what the refusal proves"
_PROVES_LITTLE = "The role refused this External ID in its last test too, so it may still be there for another one."


def pause(account_id: str, settings: Settings, by: str = "") -> Connected:
    """Leave an account out of scheduled scans; raises NotFound, TransportError and LakeError."""
    return _set_paused(account_id, settings, by, paused=True)


def resume(account_id: str, settings: Settings, by: str = "") -> Connected:
    """Scan an account again; raises NotFound, TransportError and LakeError."""
    return _set_paused(account_id, settings, by, paused=False)


def disconnect(account_id: str, settings: Settings, by: str = "") -> Connected:
    """Scan an account no more; what was found stays, and the lake marks it as no longer updated.

    The External ID is kept, and used for nothing but `verify_gone`. Raises NotFound, TransportError, and LakeError when
    the account is disconnected but the lake could not be told so.
    """
    block = read(account_id)
    block.disconnected = datetime.now(UTC)
    shown.note(block, by or whoami(), "disconnected")
    return write(block, settings, Standing.DISCONNECTED)


def verify_gone(account_id: str, settings: Settings, external_id: str = "", by: str = "") -> Outcome:
    """Whether AWS refuses Hullmark the role of a disconnected account; when it does, the External ID is forgotten.

    `external_id` is that of the account where Hullmark has forgotten it. Raises NotFound, UsageError for an account that
    is connected or whose External ID nobody has, and TransportError.
    """
    block = read(account_id, disconnected=True)
    if not block.disconnected:
        raise UsageError(f"Account {account_id} is connected; disconnect it before you verify that access is gone.")
    values = shown.integration(block)
    values = replace(values, external_id=external_id or values.external_id)
    if not values.external_id:
        raise UsageError(f"The External ID of account {account_id} was forgotten; give it (--ask-external-id).")
    checks = tuple(gone.check_gone(values, settings))
    if not _let_in(block) and not external_id:
        checks = (*checks, Check(PROOF, Verdict.WARNING, _PROVES_LITTLE, "Look in the account whether the stack is gone."))
    if all(check.verdict is Verdict.PASSED for check in checks):
        block.gone, block.external_id = datetime.now(UTC), SecretStr("")
        shown.note(block, by or whoami(), "access verified to be gone")
    return Outcome(checks, write(block))


def forget(account_id: str) -> None:
    """Delete what is kept of a disconnected account, its history included; raises NotFound, UsageError, TransportError."""
    try:
        block = read_block(account_id)
    except ValidationError:
        block = None  # unusable, so that nothing is lost
    if block and not block.disconnected:
        raise UsageError(f"Account {account_id} is connected; disconnect it before you forget it.")
    delete_block(account_id)


def _set_paused(account_id: str, settings: Settings, by: str, *, paused: bool) -> Connected:
    block = read(account_id)
    block.paused = paused
    shown.note(block, by or whoami(), "paused" if paused else "resumed")
    return write(block, settings, Standing.PAUSED if paused else Standing.CONNECTED)


def _let_in(block: EcrIntegration) -> bool:
    """Whether the role took the External ID in the last test."""
    lines = block.last_test.lines if block.last_test else []
    return any(line.name == connection.WITH and line.verdict is Verdict.PASSED for line in lines)
