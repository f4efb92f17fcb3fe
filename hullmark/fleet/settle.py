"""The end of the reading: what needed none, what nobody answers for and what is gone get their rows; all is counted."""

from collections.abc import Iterable, Sequence
from contextlib import closing

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.fleet.ask import ask, ask_lake
from hullmark.fleet.discovery import Discovered
from hullmark.fleet.kinship import Kinship
from hullmark.fleet.plan import Plan
from hullmark.fleet.read import LayerOutcome
from hullmark.fleet.run import Counts, Run
from hullmark.fleet.tags import note_tags
from hullmark.lake.schema import COVERAGE
from hullmark.lake.store import Lake
from hullmark.model import Status


def settle(  # noqa: PLR0913, PLR0917  all that a scan found out
    lake: Lake, run: Run, plan: Plan, kin: Kinship, written: Sequence[pa.Table], listed: Sequence[Discovered], memory_mb: int
) -> dict[str, int]:
    """Complete the run's coverage and bring `images` up to date; `written` are the coverage rows of what was published.

    Returns the counts of digests and images by their names in `Counts`. Raises LakeError.
    """
    answered = pa.concat_tables([COVERAGE.empty_table(), *written])
    tables = {"listing": plan.listing, "carried": plan.carried, "named": kin.table(), "answered": answered}
    with closing(lake.connect(memory_mb)) as connection:
        for name, table in tables.items():
            connection.register(name, table)
        carried = ask(connection, "merged.sql")
        connection.register("carried", carried)
        rest = ask(connection, "leftover.sql", {"run": run.run, "at": run.at})
        connection.register("rest", rest)
        seen = ask(connection, "seen.sql", {"at": run.at})
        counted = ask(connection, "tally.sql")
    lake.commit("images", seen)
    lake.commit("coverage", pa.concat_tables([carried, rest]))
    mark_gone(lake, run, listed, memory_mb)
    note_tags(lake, run, plan.listing, listed, memory_mb)
    return dict(counted.to_pylist()[0])


def mark_gone(lake: Lake, run: Run, listed: Sequence[Discovered], memory_mb: int) -> int:
    """Mark images `deleted` or `untagged` that this run should have found with a tag and did not; returns their number."""
    registries = [item.registry for item in listed if item.registry]
    hidden = [f"{item.registry}/{repository}" for item in listed for repository in item.hidden]
    found = {"run": run.run, "registries": registries, "hidden": hidden}
    return lake.commit("images", ask_lake(lake, "gone.sql", found, memory_mb))


def reread(plan: Plan, written: Iterable[pa.Table]) -> list[str]:
    """The digests that another engine had read and that were read again now."""
    digests = pa.concat_tables([COVERAGE.empty_table(), *written]).column("digest")
    outdated = pa.array(sorted(plan.outdated), pa.string())
    return list(pc.unique(digests.filter(pc.is_in(digests, value_set=outdated))).to_pylist())


def count_layers(counts: Counts, known: int, outcomes: Iterable[LayerOutcome]) -> None:
    """Note what became of the layers of a run: `known` were in the store before."""
    read = [item for item in outcomes if item.outcome.status is not Status.FAILED]
    counts.layers_known, counts.layers_read = known, len(read)
    counts.bytes_read = sum(item.stored for item in read)
