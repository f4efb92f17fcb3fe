"""Answers into the lake: validated, then packages, layers and images, and their coverage rows last.

A crash before the coverage row leaves rows that the next run writes again; a digest with a coverage row is complete.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import pyarrow as pa

from hullmark.fleet import rows
from hullmark.fleet.answer import Answer
from hullmark.fleet.discovery import Discovered
from hullmark.fleet.outcome import Outcome
from hullmark.fleet.run import Run
from hullmark.lake.store import Lake
from hullmark.model import Reason, Status
from hullmark.quality.quarantine import quarantine
from hullmark.quality.validate import Verdict, validate
from hullmark.sql import read_sql

Validate = Callable[[str, pa.Table], Verdict]
SCOPED = ("packages", "problems", "image_layers")


def publish(lake: Lake, answers: Sequence[Answer], run: Run, check: Validate = validate) -> pa.Table:
    """Put the answers into the lake; returns their coverage rows as written.

    A batch that fails its suite is quarantined whole: a batch of several digests is halved until the bad one stands alone,
    and that one gets a coverage row that says so. Raises LakeError.
    """
    batch = _batch(lake, answers, run)
    verdicts = [check(table, content) for table, content in batch.items()]
    bad = [verdict for verdict in verdicts if not verdict.ok]
    if bad and len(answers) > 1:
        half = len(answers) // 2
        parts = (answers[:half], answers[half:])
        return pa.concat_tables([publish(lake, part, run, check) for part in parts])
    if bad:
        return _reject(lake, answers[0], batch, bad, run)
    digests = pa.table({"image_digest": [answer.item.digest for answer in rows.distinct(answers) if answer.inventory]})
    for table in SCOPED:
        if digests.num_rows:
            lake.replace_scope(table, digests, batch[table])
    lake.commit("images", batch["images"])
    lake.commit("coverage", batch["coverage"])
    return batch["coverage"]


def keep_carried(lake: Lake, carried: pa.Table, run: Run, memory_mb: int) -> None:
    """Write the coverage rows of what needed no reading, and bring tags and last_seen of those images up to date."""
    connection = lake.connect(memory_mb)
    connection.register("carried", carried)
    seen = connection.sql(read_sql("hullmark.fleet", "seen.sql"), params={"at": run.at}).to_arrow_table()
    lake.commit("images", seen)
    lake.commit("coverage", carried)


def mark_gone(lake: Lake, run: Run, listed: Sequence[Discovered], memory_mb: int) -> int:
    """Mark images `deleted` or `untagged` that were listed to the end in this run and not found; returns their number."""
    registries = [item.registry for item in listed if item.registry and not item.gaps]
    places = [f"{item.registry}/{repository}" for item in listed for repository in item.repositories]
    connection = lake.connect(memory_mb)
    gone = connection.sql(
        read_sql("hullmark.fleet", "gone.sql"), params={"run": run.run, "registries": registries, "places": places}
    ).to_arrow_table()
    return lake.commit("images", gone)


def _batch(lake: Lake, answers: Sequence[Answer], run: Run) -> dict[str, pa.Table]:
    once = rows.distinct(answers)
    return {
        "packages": rows.packages_table(once),
        "problems": rows.problems_table(once),
        "image_layers": rows.image_layers_table(once),
        "images": rows.images_table(answers, run, _first_seen(lake, once)),
        "coverage": rows.coverage_table(answers, run),
    }


def _first_seen(lake: Lake, answers: Sequence[Answer]) -> dict[tuple[str, str, str], datetime]:
    connection = lake.connect()
    digests = [answer.item.digest for answer in answers]
    found = connection.sql(read_sql("hullmark.fleet", "first_seen.sql"), params={"digests": digests}).fetchall()
    return {(registry, repository, digest): moment for registry, repository, digest, moment in found}


def _reject(lake: Lake, answer: Answer, batch: dict[str, pa.Table], bad: list[Verdict], run: Run) -> pa.Table:
    kept = [quarantine(lake, verdict.table, batch[verdict.table], verdict, run.run) for verdict in bad]
    sentence = f"Its rows failed validation ({bad[0].failures[0]}) and lie in {kept[0]}; please report this."
    outcome = Outcome(Status.FAILED, Reason.INVALID_BATCH, sentence)
    coverage = rows.coverage_table([replace(answer, outcome=outcome, inventory=None)], run)
    lake.commit("coverage", coverage)
    return coverage
