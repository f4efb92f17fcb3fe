"""Images that are read again and lost most of their packages: their bytes are the same, so that it is we who changed."""

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.fleet.ask import ask_lake
from hullmark.lake.store import Lake
from hullmark.quality.gate import Validate
from hullmark.quality.validate import Verdict

SUITE = "packages_drift"
FEW = 20  # packages of an image that may come and go as they like
TIMES = 5  # as many of them may go


def packages_drift(lake: Lake, digests: Sequence[str], packages: pa.Table, check: Validate) -> tuple[Verdict, ...]:
    """The verdict on how many `packages` there are now of images that the lake holds; none where it holds none."""
    if not digests:
        return ()
    before = ask_lake(lake, "packages_before.sql", {"digests": [*digests], "few": FEW}, only=("packages",))
    if not before.num_rows:
        return ()
    counts = {row["values"]: row["counts"] for row in pc.value_counts(packages["image_digest"]).to_pylist()}
    now = pa.array([TIMES * counts.get(digest, 0) for digest in before["image_digest"].to_pylist()], pa.int64())
    verdict = check(SUITE, before.append_column("five_times_now", now))
    return (replace(verdict, table="packages"),)
