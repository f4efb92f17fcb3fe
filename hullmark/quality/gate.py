"""The gate of a lake: a batch that fails its table's suite stays outside, and is kept whole where a person finds it."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from hullmark.errors import LakeError
from hullmark.lake.store import Lake
from hullmark.quality.quarantine import quarantine
from hullmark.quality.validate import Verdict, validate

Validate = Callable[[str, pa.Table], Verdict]


# What a run says of itself, in rows of our own making: it must be said also when the gate refuses all else, and a run that
# finds nothing new need not pay for Great Expectations' seconds.
LEDGER = frozenset({"matchings", "run_feeds", "runs"})


@dataclass(frozen=True, slots=True)
class Gate:
    """What a lake asks before each commit (see `Lake.guard`); `run` names the folder of what is kept aside."""

    run: str = ""
    check: Validate = validate

    def __call__(self, lake: Lake, table: str, batch: pa.Table) -> None:
        """Raises LakeError, and the table stays as it is, when the batch fails; what a run says of itself always passes."""
        if table in LEDGER:
            return
        verdict = self.check(table, batch)
        if not verdict.ok:
            kept = quarantine(lake, table, batch, verdict, self.run)
            raise LakeError(
                f"a batch for {table} failed validation ({verdict.failures[0]}); it is kept in {kept}: "
                "see `hullmark quality list`, and please report it"
            )
