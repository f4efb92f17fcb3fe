"""Answers as rows of the lake's tables; packages stay in Arrow, only images and their places are looped over."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import product

import pyarrow as pa

from hullmark.fleet.answer import Answer
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
                "chain_id": chain, "size": layer.size, "created_by": _text(layer.created_by), "media_type": layer.media_type,
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
    """The problems of all images (schema PROBLEMS)."""
    return pa.concat_tables([PROBLEMS.empty_table(), *(item.inventory.problems for item in answers if item.inventory)])


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
                "subject": item.subject, "kind": statement.kind, "predicate_type": _text(statement.predicate_type),
                "registry": place.registry, "repository": place.repository, "digest": item.digest,
                "statement": statement.digest, "media_type": _text(statement.media_type), "size": statement.size,
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
            "status": str(outcome.status), "reason": str(outcome.reason), "detail": _text(outcome.detail), "at": run.at,
        }  # fmt: skip


def _image(
    answer: Answer, image: Image, run: Run, first_seen: Mapping[tuple[str, str, str], datetime]
) -> Iterator[dict[str, object]]:
    distro = answer.inventory.distro if answer.inventory else None
    facts = _facts(image)
    for place in answer.locations:
        key = (place.registry, place.repository, image.digest)
        yield {
            "registry": place.registry, "repository": place.repository, "digest": image.digest, "account": place.account,
            "region": place.region, "tags": list(place.tags), "platform": _text(str(image.platform)),
            "media_type": image.media_type, "size": image.size, "pushed_at": place.pushed_at,
            "os_id": distro.id if distro else "", "os_version": distro.version_id if distro else "",
            "os_name": distro.name if distro else "", **facts,
            "index_digest": place.index_digest.partition(" ")[0], "engine": run.engine,
            "first_seen": first_seen.get(key, run.at), "last_seen": run.at, "state": "present",
            "content_sets": [_text(name) for name in distro.repositories] if distro else [],
        }  # fmt: skip


def _facts(image: Image) -> dict[str, object]:
    """What the tables keep of the configuration; environment variables may hold secrets and are left where they are."""
    stated = image.config.get("config")
    config: Mapping[str, object] = stated if isinstance(stated, Mapping) else {}
    user = config.get("User")
    labels, ports = config.get("Labels"), config.get("ExposedPorts")
    return {
        "created_at": _created(image.config.get("created")),
        "user": _text(user) if isinstance(user, str) else "",
        "healthcheck": _has_healthcheck(config.get("Healthcheck")),
        "ports": sorted(_text(str(port))[:40] for port in ports) if isinstance(ports, Mapping) else [],
        "entrypoint": json.dumps([*_words(config.get("Entrypoint")), *_words(config.get("Cmd"))]),
        "labels": json.dumps(labels if isinstance(labels, Mapping) else {}, sort_keys=True),
        "annotations": json.dumps(dict(image.annotations), sort_keys=True),
    }


def _has_healthcheck(stated: object) -> bool:
    test = stated.get("Test") if isinstance(stated, Mapping) else None
    return bool(_words(test)) and _words(test)[0] != "NONE"


def _words(value: object) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def _created(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if moment is None or moment.year < 1971:  # reproducible builds write the epoch, which says nothing
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _text(text: str) -> str:
    """Text of a configuration, whose JSON may hold halves of surrogate pairs, which no table can."""
    return text.encode("utf-8", "replace").decode("utf-8")
