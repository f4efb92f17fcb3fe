"""VEX documents into the lake."""

import pyarrow as pa

from hullmark.lake.store import Lake
from hullmark.quality.gate import Gate
from hullmark.vex.read import Vex


def keep_vex(lake: Lake, vex: Vex) -> int:
    """Write its statements and return their number; raises LakeError when they fail their suite."""
    with lake.guarded(Gate()):
        return lake.replace_scope("vex_statements", pa.table({"document": [vex.document]}), vex.statements)
