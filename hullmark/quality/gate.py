"""The gate of a lake: a batch that fails its table's suite stays outside, and is kept whole where a person finds it."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from hullmark.errors import LakeError
from hullmark.lake.store import Lake
from hullmark.quality.quarantine import quarantine
from hullmark.quality.validate import Verdict, validate

Validate = Callable[[str, pa.Table], Verdict]


@dataclass(frozen=True, slots=True)
class Gate:
    """What a lake asks before each commit (see `Lake.guard`); `run` names the folder of what is kept aside."""

    run: str = ""
    check: Validate = validate

    def __call__(self, lake: Lake, table: str, batch: pa.Table) -> None:
        """Raises LakeError, and the table stays as it is, when the batch fails."""
        verdict = self.check(table, batch)
        if not verdict.ok:
            kept = quarantine(lake, table, batch, verdict, self.run)
            raise LakeError(
                f"a batch for {table} failed validation ({verdict.failures[0]}); it is kept in {kept}: "
                "see `hullmark quality list`, and please report it"
            )
