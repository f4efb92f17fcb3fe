"""What `docker save`, skopeo and kaniko write: manifest.json, configurations and layer tars (Docker image spec v1.2)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

import orjson

from hullmark.errors import CorruptData, InputError, LimitExceeded, NotFound, Unsupported
from hullmark.model import Descriptor, Image, Layer, Reason, Skipped, Status
from hullmark.settings import Limits
from hullmark.sources import media_types
from hullmark.sources.beside import Beside
from hullmark.sources.digest import digest_of, is_digest
from hullmark.sources.files import MANIFEST, Files, join, read_file
from hullmark.sources.image_config import diff_ids_of, layers_of, parse_config, platform_of
from hullmark.sources.platforms import matches, parse_platform

_CHUNK = 1024 * 1024
_COMPRESSIONS = ((b"\x1f\x8b", ".gzip"), (b"\x28\xb5\x2f\xfd", ".zstd"))


@dataclass(frozen=True, slots=True)
class SavedImage:
    """One entry of manifest.json: file names inside the archive, and the media types that it states by diff ID."""

    config: str
    tags: tuple[str, ...]
    layers: tuple[str, ...]
    sources: dict[str, str]


class _ForeignLayer(NotFound):
    """A base layer of Windows, which its licence keeps out of archives."""


_REASONS = (
    (_ForeignLayer, Reason.FOREIGN_LAYER),
    (LimitExceeded, Reason.TOO_LARGE),
    (Unsupported, Reason.UNSUPPORTED_MEDIA_TYPE),
)


class DockerArchive:
    """A Source; `tag` picks the images that have it, whole (`alpine:3.18`) or its last part, "" means all."""

    opens_anew: ClassVar[bool] = True

    def __init__(self, files: Files, limits: Limits, tag: str = "") -> None:
        self.limits = limits
        self._files = files
        self._tag = tag
        self._names: dict[str, str] = {}  # layer digest -> file name
        self._digests: dict[str, tuple[str, int, str]] = {}  # file name -> digest, size, compression

    def images(self, platform: str | None) -> list[Image | Skipped]:
        """See Source; each entry of manifest.json is one image of one platform."""
        data = read_file(self._files, MANIFEST, self.limits.manifest_bytes, MANIFEST)
        entries = parse_saved_images(data, self.limits)
        chosen = [entry for entry in entries if not self._tag or _has_tag(entry, self._tag)]
        if not chosen:
            there = ", ".join(sorted({tag for entry in entries for tag in entry.tags})[:10]) or "no name at all"
            raise NotFound(f"{self._files.path} has no image {self._tag!r}; choose one that it has: {there}")
        found = [self._image(entry, self._reference(entry, len(entries))) for entry in chosen]
        return _of_platform(found, platform, str(self._files.path))

    def open_layer(self, image: Image, layer: Layer) -> BinaryIO:
        """See Source."""
        if layer.digest not in self._names:
            self.images("all")
        if layer.digest not in self._names:
            raise NotFound(f"layer {layer.index} of {image.reference} is not in the archive; export the image again")
        return self._files.open(self._names[layer.digest])

    def check_layer(self, image: Image, layer: Layer) -> None:
        """See Source; what is missing was found when the image was listed."""

    @property
    def keeper(self) -> None:
        """See Source; it holds images alone."""

    def beside(self, digest: str) -> Beside:
        """See Source."""
        return Beside()

    def close(self) -> None:
        """See Source."""
        self._files.close()

    def _reference(self, entry: SavedImage, count: int) -> str:
        return ":".join((str(self._files.path), *(entry.tags[:1] if count > 1 else ())))

    def _image(self, entry: SavedImage, reference: str) -> Image | Skipped:
        digest = ""
        try:
            data = read_file(self._files, entry.config, self.limits.config_bytes, "the image configuration")
            digest, config = digest_of(data), parse_config(data)
            ids = diff_ids_of(config)
            blobs = [self._blob(entry, place, ids) for place in range(len(entry.layers))]
            layers = layers_of(blobs, config)
        except InputError as error:
            return _failed(reference, digest, error)
        self._names.update(zip((layer.digest for layer in layers), entry.layers, strict=True))
        return Image(
            reference=reference,
            registry="",
            repository="",
            tags=entry.tags,
            digest=digest,
            media_type=media_types.DOCKER_MANIFEST,
            platform=platform_of(config),
            layers=layers,
            config=config,
        )

    def _blob(self, entry: SavedImage, place: int, ids: Sequence[str]) -> Descriptor:
        """The layer file as stored: a compressed one is hashed, a plain one has its diff ID as its digest."""
        name = entry.layers[place]
        diff_id = ids[place] if place < len(ids) else ""
        if self._files.size(name) is None:
            foreign = media_types.is_foreign(entry.sources.get(diff_id, ""))
            kind = _ForeignLayer if foreign else NotFound
            raise kind(
                f"layer {place} of the image, {name[:200]}, is not in the archive; export the image with all its layers"
            )
        digest, size, suffix = self._measure(name)
        return Descriptor(media_types.DOCKER_LAYER + suffix, digest or diff_id, size)

    def _measure(self, name: str) -> tuple[str, int, str]:
        """(digest or "" for a plain tar, size, suffix of the media type), each file once."""
        if name not in self._digests:
            with self._files.open(name) as stream:
                head = stream.read(4)
                suffix = next((suffix for magic, suffix in _COMPRESSIONS if head.startswith(magic)), "")
                digest = _hash(stream, head) if suffix else ""
            self._digests[name] = (digest, self._files.size(name) or 0, suffix)
        return self._digests[name]


def parse_saved_images(data: bytes, limits: Limits) -> list[SavedImage]:
    """The entries of manifest.json; raises CorruptData and LimitExceeded."""
    try:
        entries = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise CorruptData(f"{MANIFEST} is not valid JSON; export the image again") from None
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise CorruptData(f"{MANIFEST} lists no image; export the image again")
    if len(entries) > limits.index_manifests:
        raise LimitExceeded(
            f"{MANIFEST} lists {len(entries)} images, more than the {limits.index_manifests} that are read; export fewer"
        )
    return [_saved_image(entry, limits) for entry in entries]


def _saved_image(entry: dict[str, object], limits: Limits) -> SavedImage:
    layers = _texts(entry.get("Layers"))
    if len(layers) > limits.layers:
        raise LimitExceeded(
            f"{MANIFEST} lists {len(layers)} layers, more than the {limits.layers} that are read; build an image with fewer"
        )
    config = entry.get("Config")
    if not isinstance(config, str) or not config:
        raise CorruptData(f"{MANIFEST} names no configuration; export the image again")
    sources = entry.get("LayerSources")
    stated = sources.items() if isinstance(sources, dict) else ()
    return SavedImage(
        config=join("", config),
        tags=tuple(_texts(entry.get("RepoTags"))),
        layers=tuple(join("", layer) for layer in layers),
        sources={key: str(item.get("mediaType", "")) for key, item in stated if is_digest(key) and isinstance(item, dict)},
    )


def _texts(value: object) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise CorruptData(f"{MANIFEST} holds no list of names where one is due; export the image again")
    return value


def _has_tag(entry: SavedImage, wanted: str) -> bool:
    return any(wanted in (tag, tag.rpartition(":")[2]) for tag in entry.tags)


def _hash(stream: BinaryIO, head: bytes) -> str:
    total = hashlib.sha256(head)
    while data := stream.read(_CHUNK):
        total.update(data)
    return f"sha256:{total.hexdigest()}"


def _of_platform(found: list[Image | Skipped], platform: str | None, owner: str) -> list[Image | Skipped]:
    """With a platform asked for, only its images; an archive without names of platforms is taken as it is otherwise."""
    if platform in (None, "all"):
        return found
    wanted = parse_platform(str(platform))
    chosen = [item for item in found if isinstance(item, Skipped) or matches(wanted, item.platform)]
    if not chosen:
        there = ", ".join(sorted({str(item.platform) or "unknown" for item in found if isinstance(item, Image)}))
        raise NotFound(f"{owner} has no image for {wanted}; choose one that it has: {there}")
    return chosen


def _failed(reference: str, digest: str, error: InputError) -> Skipped:
    reason = next((reason for kind, reason in _REASONS if isinstance(error, kind)), Reason.CORRUPT)
    return Skipped(reference, digest, media_types.DOCKER_MANIFEST, Status.FAILED, reason, str(error))
