"""An account's block, read for use and written with what the lake has to know: how the account stands from now on."""

import getpass
import socket
from collections.abc import Iterator

from pydantic import ValidationError

from hullmark.errors import LakeError, NotFound
from hullmark.fleet.standing import Standing, mark_account
from hullmark.settings import Settings
from tasks.hub.block import EcrIntegration, read_block, read_blocks, write_block
from tasks.hub.shown import Connected, connected, shown


def read(account_id: str, *, disconnected: bool = False) -> EcrIntegration:
    """The block of an account that is connected (`disconnected`: or was); raises NotFound and TransportError."""
    try:
        block = read_block(account_id)
    except ValidationError:
        raise NotFound(
            f"The integration of account {account_id[:64]} was edited into something unusable; forget it and add it again."
        ) from None
    if block.disconnected and not disconnected:
        raise NotFound(f"Account {account_id} is not connected any more; add it again to go on.")
    return block


def usable() -> Iterator[EcrIntegration]:
    """Every block that can be read, by account id, those that were disconnected included; raises TransportError."""
    for _, data in read_blocks():
        try:
            yield EcrIntegration.model_validate(data)
        except ValidationError:
            continue


def write(block: EcrIntegration, settings: Settings | None = None, standing: Standing | None = None) -> Connected:
    """Keep the block, and tell the lake how the account stands from now on; raises TransportError and LakeError."""
    write_block(block)
    if settings and standing:
        try:
            mark_account(settings.lake, block.account_id, standing, block.updated)
        except LakeError as error:
            raise LakeError(
                f"Account {block.account_id} is {standing} now, but the lake could not be told: {error}"
            ) from None
    return connected(block)


def whoami() -> str:
    """Who runs this process, as history tells it: user@machine."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a user id without a name, as in many containers
        user = "?"
    return f"{user}@{socket.gethostname()}"


def list() -> tuple[Connected, ...]:  # noqa: A001  the verb of the CLI and the dashboard; nothing below uses the built-in
    """Every account by account id, those that were disconnected included; raises TransportError."""
    return tuple(shown(name, data) for name, data in read_blocks())
