"""The end of the reading: what needed none, what nobody answers for and what is gone get their rows; all is counted."""

from collections.abc import Iterable, Sequence
from contextlib import closing, nullcontext
from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.fleet.ask import ask, ask_lake
from hullmark.fleet.attested import withdraw_attested
from hullmark.fleet.discovery import Discovered, scope
from hullmark.fleet.kinship import Kinship
from hullmark.fleet.outcome import COUNTED, EXCLUDED, PERMANENT
from hullmark.fleet.plan import Plan
from hullmark.fleet.read import LayerOutcome
from hullmark.fleet.run import Counts, Run
from hullmark.fleet.tags import note_tags
from hullmark.lake.schema import COVERAGE, FAILURES
from hullmark.lake.store import Lake
from hullmark.model import Reason, Status

MOST_FAILURES = 3  # runs in a row, and an image is left alone
HELD = timedelta(days=1)  # for so long, unless somebody releases it


def settle(  # noqa: PLR0913, PLR0917  all that a scan found out
    lake: Lake, run: Run, plan: Plan, kin: Kinship, written: Sequence[pa.Table], listed: Sequence[Discovered], memory_mb: int
) -> dict[str, int]:
    """Complete the run's coverage and bring `images` up to date; `written` are the coverage rows of what was published.

    Returns the counts of digests and images by their names in `Counts`. Raises LakeError.
    """
    answered = pa.concat_tables([COVERAGE.empty_table(), *written])
    tables = {"listing": plan.listing, "known": plan.carried, "named": kin.table(), "answered": answered}
    with closing(lake.connect(memory_mb, only=("digests", "images"))) as connection:
        for name, table in tables.items():
            connection.register(name, table)
        carried = ask(connection, "merged.sql")
        connection.register("carried", carried)
        connection.register("known", answered)
        connection.register("merged", ask(connection, "merged.sql"))
        renamed = ask(connection, "renamed.sql")
        rest = ask(connection, "leftover.sql", {"run": run.run, "at": run.at})
        connection.register("rest", rest)
        connection.register("carried", pa.concat_tables([carried, renamed]))
        seen = ask(connection, "seen.sql", {"at": run.at})
        connection.register("carried", carried)
        counted = ask(connection, "tally.sql")
        rows = pa.concat_tables([carried, renamed, rest])
        connection.register("rows", rows)
        news = ask(connection, "news.sql", {"engine": run.engine})
    has_news = rest.num_rows or renamed.num_rows
    with nullcontext() if has_news else lake.guarded(None):  # rows that are carried over have passed when they were new
        lake.commit("images", seen)
        lake.commit("coverage", rows)
    lake.commit("digests", news)
    note_failures(lake, run, answered, memory_mb)
    mark_gone(lake, run, listed, memory_mb)
    withdraw_attested(lake, run, listed, memory_mb)
    note_tags(lake, run, plan.listing, listed, memory_mb)
    return dict(counted.to_pylist()[0])


def note_failures(lake: Lake, run: Run, answered: pa.Table, memory_mb: int) -> None:
    """Count what failed once more; what did too often goes into quarantine, and what is well again is forgotten."""
    if not answered.num_rows:
        return
    parameters = {
        "run": run.run, "at": run.at, "most": MOST_FAILURES, "until": run.at + HELD,
        "counted": [*map(str, COUNTED)], "permanent": [*map(str, PERMANENT)],
    }  # fmt: skip
    with closing(lake.connect(memory_mb, only=("failures",))) as connection:
        connection.register("answered", answered)
        tried = ask(connection, "failing.sql", parameters)
    if tried.num_rows:
        failing = tried.filter(pc.is_valid(tried["failures"]))
        lake.replace_scope("failures", tried.select(["digest"]), failing.cast(FAILURES))


def mark_gone(lake: Lake, run: Run, listed: Sequence[Discovered], memory_mb: int) -> int:
    """Mark images `deleted`, `untagged` or `excluded` that this run did not find to be scanned; returns their number."""
    leaving = [str(reason) for reason in (Reason.UNTAGGED, *EXCLUDED)]
    found = {"run": run.run, "leaving": leaving, **scope(listed)}
    return lake.commit("images", ask_lake(lake, "gone.sql", found, memory_mb, ("images", "coverage")))


def reread(plan: Plan, written: Iterable[pa.Table]) -> list[str]:
    """The digests that another engine had read and that were read again now."""
    digests = pa.concat_tables([COVERAGE.empty_table(), *written]).column("digest")
    outdated = pa.array(sorted(plan.outdated), pa.string())
    return list(pc.unique(digests.filter(pc.is_in(digests, value_set=outdated))).to_pylist())


def count_layers(counts: Counts, known: int, outcomes: Iterable[LayerOutcome]) -> None:
    """Add what became of layers: `known` were in the store before they were wanted."""
    read = [item for item in outcomes if item.outcome.status is not Status.FAILED]
    counts.layers_known += known
    counts.layers_read += len(read)
    counts.bytes_read += sum(item.stored for item in read)
