"""VEX documents into the lake."""

import pyarrow as pa

from hullmark.errors import LakeError
from hullmark.lake.store import Lake
from hullmark.quality.quarantine import quarantine
from hullmark.quality.validate import validate
from hullmark.vex.read import Vex


def keep_vex(lake: Lake, vex: Vex) -> int:
    """Write its statements and return their number; raises LakeError when they fail their suite."""
    verdict = validate("vex_statements", vex.statements)
    if not verdict.ok:
        kept = quarantine(lake, "vex_statements", vex.statements, verdict)
        raise LakeError(
            f"the statements failed validation ({verdict.failures[0]}); they are kept in {kept}, please report it"
        )
    return lake.replace_scope("vex_statements", pa.table({"document": [vex.document]}), vex.statements)
