"""Answers into the lake: validated, then packages, problems, layers, images and evidence, and their coverage rows last.

A crash before the coverage row leaves rows that the next run writes again; a digest with a coverage row is complete.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pyarrow as pa

from hullmark.fleet import rows
from hullmark.fleet.answer import Answer
from hullmark.fleet.ask import ask_lake
from hullmark.fleet.drift import packages_drift
from hullmark.fleet.outcome import Outcome
from hullmark.fleet.run import Run
from hullmark.lake.store import Lake
from hullmark.model import Reason, Status
from hullmark.quality.gate import Validate
from hullmark.quality.quarantine import quarantine
from hullmark.quality.validate import Verdict, validate

FirstSeen = dict[tuple[str, str, str], datetime]  # by registry, repository and digest
SCOPED = ("packages", "removed_packages", "problems", "exposures", "image_layers")


def publish(lake: Lake, answers: Sequence[Answer], run: Run, check: Validate = validate) -> pa.Table:
    """Put the answers into the lake; returns their coverage rows as written.

    A batch that fails its suite is quarantined whole: a batch of several digests is halved until the bad one stands alone,
    and that one gets a coverage row that says so. Raises LakeError.
    """
    seen = _first_seen(lake, rows.distinct(answers))
    batch = _batch(answers, run, seen)
    read = {answer.item.digest for answer in answers if answer.inventory}
    again = sorted(read & {digest for _, _, digest in seen})
    verdicts = [check(table, content) for table, content in batch.items()]
    verdicts += packages_drift(lake, again, batch["packages"], check)
    bad = [verdict for verdict in verdicts if not verdict.ok]
    if bad and len(answers) > 1:
        half = len(answers) // 2
        parts = (answers[:half], answers[half:])
        return pa.concat_tables([publish(lake, part, run, check) for part in parts])
    if bad:
        return _reject(lake, answers[0], batch, bad, run)
    digests = pa.table({"image_digest": [answer.item.digest for answer in rows.distinct(answers) if answer.inventory]})
    with lake.guarded(None):  # it has passed
        for table in SCOPED:
            if digests.num_rows:
                lake.replace_scope(table, digests, batch[table])
        lake.commit("images", batch["images"])
        lake.commit("evidence", batch["evidence"])
        lake.commit("provenance", batch["provenance"])
        lake.commit("vex_statements", batch["vex_statements"])
    _cover(lake, batch["coverage"], run)
    return batch["coverage"]


def _cover(lake: Lake, coverage: pa.Table, run: Run) -> None:
    lake.commit("coverage", coverage)
    lake.commit("digests", coverage.append_column("engine", pa.array([run.engine] * coverage.num_rows, pa.string())))


def _batch(answers: Sequence[Answer], run: Run, seen: FirstSeen) -> dict[str, pa.Table]:
    once = rows.distinct(answers)
    return {
        "packages": rows.packages_table(once),
        "removed_packages": rows.removed_packages_table(once),
        "problems": rows.problems_table(once),
        "exposures": rows.exposures_table(once),
        "image_layers": rows.image_layers_table(once),
        "images": rows.images_table(answers, run, seen),
        "evidence": rows.evidence_table(answers, run),
        "provenance": rows.provenance_table(answers, run),
        "vex_statements": rows.vex_table(answers, run),
        "coverage": rows.coverage_table(answers, run),
    }


def _first_seen(lake: Lake, answers: Sequence[Answer]) -> FirstSeen:
    digests = [answer.item.digest for answer in answers]
    found = ask_lake(lake, "first_seen.sql", {"digests": digests}, only=("images",)).to_pylist()
    return {(row["registry"], row["repository"], row["digest"]): row["first_seen"] for row in found}


def _reject(lake: Lake, answer: Answer, batch: dict[str, pa.Table], bad: list[Verdict], run: Run) -> pa.Table:
    kept = [quarantine(lake, verdict.table, batch[verdict.table], verdict, run.run) for verdict in bad]
    sentence = f"Its rows failed validation ({bad[0].failures[0]}) and lie in {kept[0]}; please report this."
    outcome = Outcome(Status.FAILED, Reason.INVALID_BATCH, sentence)
    coverage = rows.coverage_table([replace(answer, outcome=outcome, inventory=None)], run)
    _cover(lake, coverage, run)
    return coverage
