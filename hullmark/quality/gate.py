"""The gate of a lake: a batch that fails its table's suite stays outside, and is kept whole where a person finds it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from hullmark.errors import LakeError
from hullmark.lake.schema import TABLES
from hullmark.lake.store import Lake
from hullmark.quality.meets import meets
from hullmark.quality.quarantine import DERIVED, quarantine
from hullmark.quality.validate import Verdict, read_suite, validate

Validate = Callable[[str, pa.Table], Verdict]


# What a run says of itself, in rows of our own making: it must be said also when the gate refuses all else, and a run that
# finds nothing new need not pay for Great Expectations' seconds. VEX that is taken out has passed when it came.
LEDGER = frozenset({"matchings", "run_feeds", "runs", "vex_removed"})


def checked(table: str, batch: pa.Table) -> Verdict:
    """The verdict on a batch in the shape of its table (see `lake.batch.shape`), whose keys are known to stand there once.

    What this program has worked out itself, and meets its suite beyond doubt, has passed; all else is asked of Great
    Expectations, which words what is wrong. Raises LakeError for a table without a suite.
    """
    if table in DERIVED and meets(read_suite(table), batch, datetime.now(UTC), TABLES[table].key):
        return Verdict(table, True)
    return validate(table, batch)


@dataclass(frozen=True, slots=True)
class Gate:
    """What a lake asks before each commit (see `Lake.guard`); `run` names the folder of what is kept aside."""

    run: str = ""
    check: Validate = checked

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
