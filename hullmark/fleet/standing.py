"""How an account stands, as the lake keeps it: the images of one that is not connected are no longer updated."""

from datetime import datetime
from enum import StrEnum

import pyarrow as pa

from hullmark.lake.schema import ACCOUNTS
from hullmark.lake.store import Lake


class Standing(StrEnum):
    """Whether the images of an account are brought up to date."""

    CONNECTED = "connected"
    PAUSED = "paused"
    DISCONNECTED = "disconnected"


def mark_account(root: str, account: str, standing: Standing, since: datetime) -> bool:
    """Note in the lake at `root` how an account stands since then; False where there is no lake yet. Raises LakeError."""
    if not root or not Lake(root).exists():
        return False
    row = {"account": account, "state": str(standing), "since": since}
    Lake(root).commit("accounts", pa.Table.from_pylist([row], schema=ACCOUNTS))
    return True
