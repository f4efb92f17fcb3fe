"""Answers as rows of the lake's tables; packages stay in Arrow, only images and their places are looped over."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import product

import pyarrow as pa

from hullmark.fleet.answer import Answer
from hullmark.fleet.facts import MOST_STEP, MOST_TEXT, facts, text_of
from hullmark.fleet.run import Run
from hullmark.formats.slsa import Provenance
from hullmark.lake.schema import (
    COVERAGE,
    EVIDENCE,
    EXPOSURES,
    IMAGE_LAYERS,
    IMAGES,
    PACKAGES,
    PROBLEMS,
    PROVENANCE,
    REMOVED_PACKAGES,
    VEX_STATEMENTS,
)
from hullmark.model import Image, Skipped
from hullmark.sources.digest import chain_ids
from hullmark.vex.attested import Holder, read_attested

Rows = list[dict[str, object]]
CUT = f"not all of it is kept in the lake: it is no text, or more than {MOST_TEXT // 1024} KiB"


def coverage_table(answers: Iterable[Answer], run: Run) -> pa.Table:
    """A row for each digest in each of its places (schema COVERAGE)."""
    return pa.Table.from_pylist([row for answer in answers for row in _coverage(answer, run)], schema=COVERAGE)


def images_table(answers: Iterable[Answer], run: Run, first_seen: Mapping[tuple[str, str, str], datetime]) -> pa.Table:
    """A row for each image in each of its places (schema IMAGES); `first_seen` knows those of earlier runs by key."""
    rows: Rows = []
    for answer in answers:
        if isinstance(answer.item, Image) and answer.inventory is not None:
            rows.extend(_image(answer, answer.item, run, first_seen))
    return pa.Table.from_pylist(rows, schema=IMAGES)


def image_layers_table(answers: Iterable[Answer]) -> pa.Table:
    """The layers of each image, once however many places it has (schema IMAGE_LAYERS)."""
    rows: Rows = []
    for image in _images(answers):
        for layer, chain in zip(image.layers, chain_ids([layer.diff_id for layer in image.layers]), strict=True):
            rows.append({
                "image_digest": image.digest, "layer_index": layer.index, "layer": layer.digest, "diff_id": layer.diff_id,
                "chain_id": chain, "size": layer.size, "created_by": text_of(layer.created_by)[:MOST_STEP],
                "media_type": layer.media_type,
            })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=IMAGE_LAYERS)


def packages_table(answers: Iterable[Answer]) -> pa.Table:
    """The packages of all images (schema PACKAGES)."""
    return pa.concat_tables([PACKAGES.empty_table(), *(item.inventory.packages for item in answers if item.inventory)])


def removed_packages_table(answers: Iterable[Answer]) -> pa.Table:
    """What lower layers of all images ship although a later one removed it (schema REMOVED_PACKAGES)."""
    tables = (item.inventory.removed for item in answers if item.inventory)
    return pa.concat_tables([REMOVED_PACKAGES.empty_table(), *tables])


def problems_table(answers: Iterable[Answer]) -> pa.Table:
    """The problems of all images, and what of their configuration is not kept (schema PROBLEMS)."""
    items = list(answers)
    cut = [
        {"image_digest": image.digest, "layer": "", "path": path, "cataloger": "configuration", "reason": CUT}
        for image in _images(items)
        for path in facts(image).cut
    ]
    tables = (item.inventory.problems for item in items if item.inventory)
    return pa.concat_tables([*tables, pa.Table.from_pylist(cut, schema=PROBLEMS)])


def exposures_table(answers: Iterable[Answer]) -> pa.Table:
    """What should not be in the images (schema EXPOSURES)."""
    return pa.concat_tables([EXPOSURES.empty_table(), *(item.inventory.exposures for item in answers if item.inventory)])


def distinct(answers: Iterable[Answer]) -> list[Answer]:
    """One answer a digest: an image that two indexes name has the same content in both."""
    return list({answer.item.digest: answer for answer in answers}.values())


def evidence_table(answers: Iterable[Answer], run: Run) -> pa.Table:
    """A row for each statement of each piece of evidence in each of its places (schema EVIDENCE)."""
    rows = {
        tuple(row[name] for name in ("registry", "repository", "digest", "statement", "predicate_type")): row
        for answer in answers
        if isinstance(answer.item, Skipped)
        for row in _evidence(answer, answer.item, run)
    }
    return pa.Table.from_pylist([*rows.values()], schema=EVIDENCE)


def vex_table(answers: Iterable[Answer], run: Run) -> pa.Table:
    """What attestations state in each of their places, each document once there (schema VEX_STATEMENTS)."""
    documents = {}
    for answer in answers:
        for item, place in product(answer.attested, answer.locations):
            if isinstance(item.content, str):
                holder = Holder(item.evidence, item.subject, f"{place.registry}/{place.repository}")
                vex = read_attested(item.content.encode(), holder, run.run, run.at)
                documents[vex.document] = vex.statements
    return pa.concat_tables([VEX_STATEMENTS.empty_table(), *documents.values()])


def provenance_table(answers: Iterable[Answer], run: Run) -> pa.Table:
    """A row for what each build says of itself in each of its places (schema PROVENANCE)."""
    rows = {
        (place.registry, place.repository, item.evidence, item.statement): {
            "registry": place.registry, "repository": place.repository, "digest": item.evidence,
            "statement": item.statement, "subject": item.subject, "format": item.content.format,
            "source": item.content.source, "revision": item.content.revision, "dockerfile": item.content.dockerfile,
            "base_names": [image.name for image in item.content.images],
            "base_digests": [image.digest for image in item.content.images],
            "base_platforms": [image.platform for image in item.content.images], "at": run.at,
            "last_stage": item.content.last_stage, "stage_layers": list(item.content.layers),
        }
        for answer in answers
        for item, place in product(answer.attested, answer.locations)
        if isinstance(item.content, Provenance)
    }  # fmt: skip
    return pa.Table.from_pylist([*rows.values()], schema=PROVENANCE)


def _evidence(answer: Answer, item: Skipped, run: Run) -> Iterator[dict[str, object]]:
    for statement in answer.statements:
        for place in answer.locations:
            yield {
                "subject": item.subject, "kind": statement.kind, "predicate_type": text_of(statement.predicate_type),
                "registry": place.registry, "repository": place.repository, "digest": item.digest,
                "statement": statement.digest, "media_type": text_of(statement.media_type), "size": statement.size,
                "account": place.account, "region": place.region, "at": run.at,
            }  # fmt: skip


def _images(answers: Iterable[Answer]) -> Iterator[Image]:
    for answer in answers:
        if isinstance(answer.item, Image) and answer.inventory is not None:
            yield answer.item


def _coverage(answer: Answer, run: Run) -> Iterator[dict[str, object]]:
    item, outcome = answer.item, answer.outcome
    for place in answer.locations:
        yield {
            "run": run.run, "registry": place.registry, "repository": place.repository, "digest": item.digest,
            "account": place.account, "region": place.region, "tags": list(place.tags), "media_type": item.media_type,
            "subject": item.subject if isinstance(item, Skipped) else "", "index_digest": place.index_digest,
            "status": str(outcome.status), "reason": str(outcome.reason), "detail": text_of(outcome.detail), "at": run.at,
        }  # fmt: skip


def _image(
    answer: Answer, image: Image, run: Run, first_seen: Mapping[tuple[str, str, str], datetime]
) -> Iterator[dict[str, object]]:
    distro = answer.inventory.distro if answer.inventory else None
    kept = facts(image).columns
    for place in answer.locations:
        key = (place.registry, place.repository, image.digest)
        yield {
            "registry": place.registry, "repository": place.repository, "digest": image.digest, "account": place.account,
            "region": place.region, "tags": list(place.tags), "platform": text_of(str(image.platform)),
            "media_type": image.media_type, "size": image.size, "pushed_at": place.pushed_at,
            "os_id": distro.id if distro else "", "os_version": distro.version_id if distro else "",
            "os_name": distro.name if distro else "", **kept,
            "index_digest": place.index_digest.partition(" ")[0], "engine": run.engine,
            "first_seen": first_seen.get(key, run.at), "last_seen": run.at, "state": "present",
            "content_sets": [text_of(name) for name in distro.repositories] if distro else [],
        }  # fmt: skip
