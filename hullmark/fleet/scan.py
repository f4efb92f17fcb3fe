"""One scan of what was discovered: planned, then read and published part by part, then settled; memory is that of one part.

Who resolves and reads, and on how many machines, is the `Reader`'s business; that each layer is read once is decided here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.fleet.answer import Stored, answers, chunks, stored_layers
from hullmark.fleet.discovery import Discovered, list_found
from hullmark.fleet.kinship import Kinship
from hullmark.fleet.plan import Wanted, plan
from hullmark.fleet.publish import publish
from hullmark.fleet.read import LayerOutcome, Resolved, WantedLayer, wanted_layers
from hullmark.fleet.run import Record
from hullmark.fleet.settle import count_layers, reread, settle
from hullmark.inventory import LayerObjects
from hullmark.lake.schema import COVERAGE
from hullmark.lake.store import Lake
from hullmark.model import Reason, Status
from hullmark.progress import progress
from hullmark.quality.gate import Validate
from hullmark.quality.validate import validate

DIGESTS_AT_ONCE = 2000  # resolved, read and published together, or as many as the reader has room for
IMAGES_AT_ONCE = 200  # images assembled and committed together


class Reader(Protocol):
    """What touches registries. An expected failure is an answer; every layer asked for gets one."""

    def resolve(self, wanted: Sequence[Wanted]) -> Iterable[Resolved]:
        """What each digest turned out to be, in any order; those that it has no room for it leaves out, but not all."""

    def read(self, layers: Sequence[WantedLayer]) -> Iterable[LayerOutcome]:
        """Read each layer into the store, in any order."""


@dataclass(slots=True)
class Scan:
    """A scan under way: where it writes, who reads for it, and how much it holds at once."""

    lake: Lake
    record: Record
    reader: Reader
    memory_mb: int = 1024
    check: Validate = validate
    digests_at_once: int = DIGESTS_AT_ONCE
    images_at_once: int = IMAGES_AT_ONCE
    _seen: set[str] = field(default_factory=set)  # layers
    _failed: list[LayerOutcome] = field(default_factory=list)

    def run(self, found: Sequence[Discovered]) -> list[str]:
        """Read and publish what is new and settle the rest; returns the images that another engine had read before.

        Raises LakeError. `found` are the Regions as listed.
        """
        todo = plan(self.lake, list_found(found, self.record), self.record.run, self.memory_mb)
        kin, written = Kinship(todo), list[pa.Table]()
        parts = -(-todo.missing.num_rows // self.digests_at_once)
        for number, part in enumerate(todo.parts(self.digests_at_once), 1):
            of = f", part {number} of {parts}" if parts > 1 else ""
            left = self._part(part, kin, written, of)
            while left:
                left = self._part(left, kin, written, f"{of}, of which {len(left)} are left")
        self.record.gaps += stopped_gaps(written)
        self.record.counts.note(settle(self.lake, self.record.run, todo, kin, written, found, self.memory_mb))
        return reread(todo, written)

    def _part(self, wanted: Sequence[Wanted], kin: Kinship, written: list[pa.Table], of: str) -> list[Wanted]:
        """Resolve, read and publish as much as the reader has room for; returns what is left."""
        resolved = self._resolve(wanted, of)
        kin.add(resolved)
        stored = self._read(resolved, LayerObjects(self.lake.layer_objects_root), of)
        written += self._publish(resolved, stored, kin, of)
        answered = {item.wanted.digest for item in resolved}
        return [item for item in wanted if item.digest not in answered]

    def _resolve(self, wanted: Sequence[Wanted], of: str) -> list[Resolved]:
        progress().begin(f"Look at new images{of}", len(wanted))
        return sorted(self.reader.resolve(wanted), key=lambda item: item.wanted.digest)

    def _read(self, resolved: Sequence[Resolved], objects: LayerObjects, of: str) -> Stored:
        missing, known = wanted_layers(resolved, objects, self._seen)
        progress().begin(f"Read layers{of}", len(missing))
        outcomes = list(self.reader.read(missing))
        self._seen.update(known, (item.layer.digest for item in missing))
        self._failed += [item for item in outcomes if item.outcome.status is Status.FAILED]
        count_layers(self.record.counts, len(known), outcomes)
        return stored_layers(objects, self._failed)

    def _publish(self, resolved: Sequence[Resolved], stored: Stored, kin: Kinship, of: str) -> list[pa.Table]:
        progress().begin(f"Publish{of}", len(resolved))
        written = []
        for chunk in chunks(resolved, self.images_at_once):
            found = [answer for item in chunk for answer in answers(item, stored, kin)]
            written.append(publish(self.lake, found, self.record.run, self.check))
            progress().advance(len(chunk))
        return written


def stopped_gaps(written: Iterable[pa.Table]) -> list[str]:
    """A sentence for each account that was left while the run read it, by its coverage rows."""
    rows = pa.concat_tables([COVERAGE.empty_table(), *written])
    left = rows.filter(pc.equal(rows["reason"], str(Reason.STOPPED))).group_by("account").aggregate([("digest", "count")])
    return [
        f"Account {row['account']} was disconnected or paused meanwhile: {row['digest_count']} of its digests are left."
        for row in left.sort_by("account").to_pylist()
    ]
