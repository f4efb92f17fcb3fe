"""Manifests and indexes: bytes in, Manifest or Index out; nothing of them is believed before its type was checked.

Reads OCI image manifests and indexes (image-spec 1.1), Docker v2 schema 2 manifests and manifest lists, and the two
artifact manifests that preceded OCI 1.1. Docker schema 1 is Unsupported: it carries no diff IDs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from hullmark.errors import CorruptData, LimitExceeded, Unsupported
from hullmark.model import Descriptor, Platform
from hullmark.settings import Limits
from hullmark.sources import media_types
from hullmark.sources.digest import parse_digest

_TEXT_LIMIT = 4096  # characters of one annotation or media type that are kept
_MAX_SIZE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """One image or artifact; `config` is None for artifact manifests that have none."""

    media_type: str
    config: Descriptor | None
    layers: tuple[Descriptor, ...]
    artifact_type: str = ""
    subject: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Index:
    """A list of manifests, in the order of the file."""

    media_type: str
    manifests: tuple[Descriptor, ...]
    artifact_type: str = ""
    subject: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredManifest:
    """A manifest or index as it is stored; the bytes have the digest."""

    media_type: str
    digest: str
    data: bytes


def parse_manifest(data: bytes, media_type: str, limits: Limits) -> Manifest | Index:
    """What `data` is; `media_type` is what its descriptor or Content-Type said, "" when nobody did.

    Raises CorruptData, Unsupported for Docker schema 1 and foreign digests, and LimitExceeded.
    """
    value = parse_object(data, "the manifest")
    stated = _text(value.get("mediaType")) or media_type
    if value.get("schemaVersion") == 1 or stated.startswith(media_types.DOCKER_SCHEMA1):
        raise Unsupported(
            "the manifest is of Docker schema 1, which holds no layer checksums; push the image again with a current client"
        )
    if "manifests" in value and ("layers" in value or "config" in value):  # CVE-2021-41190: two readings of one file
        raise CorruptData("the manifest claims to be an image and an index at once; do not trust whoever pushed it")
    if "manifests" in value or media_types.is_index(stated):
        return _index(value, stated, limits)
    return _manifest(value, stated, limits)


def parse_object(data: bytes, owner: str) -> dict[str, object]:
    """The JSON object in `data`; raises CorruptData when it is anything else."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise CorruptData(f"{owner} is not valid JSON; push or export the image again") from None
    if not isinstance(value, dict):
        raise CorruptData(f"{owner} is not a JSON object; push or export the image again")
    return value


def parse_descriptor(value: object, owner: str) -> Descriptor:
    """An OCI descriptor; raises CorruptData or Unsupported when digest or size cannot be used."""
    if not isinstance(value, dict):
        raise CorruptData(f"{owner} is not a JSON object; push or export the image again")
    size = value.get("size")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= _MAX_SIZE:
        raise CorruptData(f"{owner} has no valid size in the manifest; push or export the image again")
    urls = value.get("urls")
    return Descriptor(
        media_type=_text(value.get("mediaType")),
        digest=parse_digest(value.get("digest"), owner),
        size=size,
        platform=parse_platform_object(value.get("platform")),
        annotations=_annotations(value.get("annotations")),
        artifact_type=_text(value.get("artifactType")),
        urls=tuple(_text(url) for url in urls) if isinstance(urls, list) else (),
    )


def parse_platform_object(value: object) -> Platform | None:
    """The `platform` of a descriptor or the head of a config; None when it names no architecture and no system."""
    if not isinstance(value, dict):
        return None
    system, architecture = _text(value.get("os")), _text(value.get("architecture"))
    return Platform(system, architecture, _text(value.get("variant"))) if system or architecture else None


def _index(value: dict[str, object], media_type: str, limits: Limits) -> Index:
    entries = _list(value.get("manifests"), "the index", limits.index_manifests)
    return Index(
        media_type=media_type or media_types.OCI_INDEX,
        manifests=tuple(parse_descriptor(entry, "an entry of the index") for entry in entries),
        artifact_type=_text(value.get("artifactType")),
        subject=_subject(value),
        annotations=_annotations(value.get("annotations")),
    )


def _manifest(value: dict[str, object], media_type: str, limits: Limits) -> Manifest:
    artifact = media_type in (media_types.OCI_ARTIFACT, media_types.ORAS_ARTIFACT)
    entries = _list(value.get("blobs" if artifact else "layers"), "the manifest", limits.layers)
    if "config" not in value and not artifact:
        raise CorruptData("the manifest names no configuration; push or export the image again")
    return Manifest(
        media_type=media_type or media_types.OCI_MANIFEST,
        config=None if artifact else parse_descriptor(value["config"], "the configuration"),
        layers=tuple(parse_descriptor(entry, "a layer") for entry in entries),
        artifact_type=_text(value.get("artifactType")),
        subject=_subject(value),
        annotations=_annotations(value.get("annotations")),
    )


def _list(value: object, owner: str, limit: int) -> list[object]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise CorruptData(f"{owner} holds no list where one is due; push or export the image again")
    if len(value) > limit:
        raise LimitExceeded(
            f"{owner} has {len(value)} entries, more than the {limit} that are read; build an image with fewer"
        )
    return value


def _subject(value: dict[str, object]) -> str:
    subject = value.get("subject")
    return parse_digest(subject.get("digest"), "the subject") if isinstance(subject, dict) else ""


def _annotations(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {_text(key): _text(item) for key, item in value.items() if isinstance(item, str)}


def _text(value: object) -> str:
    return value[:_TEXT_LIMIT] if isinstance(value, str) else ""
