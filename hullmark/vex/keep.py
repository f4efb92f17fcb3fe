"""VEX documents into the lake, and out of it again: what was stated, and who took it out when, stays there."""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime

import pyarrow as pa

from hullmark.lake.schema import VEX_STATEMENTS
from hullmark.lake.store import Lake
from hullmark.quality.gate import Gate
from hullmark.sql import read_sql
from hullmark.vex.read import Vex


def keep_vex(lake: Lake, vex: Vex) -> int:
    """Write its statements and return their number; raises LakeError when they fail their suite."""
    with lake.guarded(Gate()):
        return lake.replace_scope("vex_statements", pa.table({"document": [vex.document]}), vex.statements)


def remove_vex(lake: Lake, documents: Sequence[str], by: str, at: datetime, memory_mb: int) -> None:
    """Take documents out of `vex_statements` and into `vex_removed`; raises LakeError.

    Where it breaks off in between they count still, and the next time takes them out.
    """
    asked = {"documents": [*documents], "by": by, "at": at}
    with closing(lake.connect(memory_mb, only=("vex_statements",))) as connection:
        removed = connection.sql(read_sql(__package__, "removed.sql"), params=asked).to_arrow_table()
    lake.append("vex_removed", removed)
    lake.replace_scope("vex_statements", pa.table({"document": [*documents]}), VEX_STATEMENTS.empty_table())
