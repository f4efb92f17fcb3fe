"""From a descriptor to images: walks indexes within bounds, classifies what is no image, and picks the platform.

Works on anything that can hand over verified manifests and configurations, so registries and layouts share it. A child
that is damaged or missing becomes a Skipped with status FAILED; what is wrong with the access or the network is raised.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from hullmark.errors import InputError, IntegrityError, LimitExceeded, NotFound, Unsupported
from hullmark.model import Descriptor, Image, Platform, Reason, Skipped, Status
from hullmark.settings import Limits
from hullmark.sources.classify import Verdict, classify, classify_entry, classify_tag
from hullmark.sources.image_config import layers_of, parse_config, platform_of
from hullmark.sources.manifest import Index, Manifest, parse_manifest
from hullmark.sources.platforms import host_platform, matches, parse_platform

_REASONS = (
    (IntegrityError, Reason.DIGEST_MISMATCH),
    (LimitExceeded, Reason.TOO_LARGE),
    (NotFound, Reason.VANISHED),
    (Unsupported, Reason.UNSUPPORTED_MEDIA_TYPE),
)


class Blobs(Protocol):
    """Where manifests and configurations are read from; both are verified and bounded, and raise InputError if not."""

    @property
    def limits(self) -> Limits:
        """The bounds that apply."""

    def read_manifest(self, descriptor: Descriptor) -> bytes:
        """The bytes of a manifest or index."""

    def read_config(self, descriptor: Descriptor) -> bytes:
        """The bytes of an image configuration."""


@dataclass(frozen=True, slots=True)
class Root:
    """One manifest or index to start from, and what its images are called."""

    descriptor: Descriptor
    reference: str
    registry: str = ""
    repository: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Leaf:
    root: Root
    descriptor: Descriptor
    manifest: Manifest | None = None  # None when it was not read yet
    index_digest: str = ""


@dataclass(slots=True)
class _Walk:
    """One run over one group of roots; counts what it has seen, so that a nest of indexes ends and memory is bounded."""

    blobs: Blobs
    seen: set[str] = field(default_factory=set)
    leaves: list[_Leaf] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    bytes_read: int = 0

    def read(self, what: Callable[[Descriptor], bytes], descriptor: Descriptor) -> bytes:
        """The bytes of a manifest or configuration; raises InputError, LimitExceeded when those before it were too many."""
        most = self.blobs.limits.index_bytes
        if self.bytes_read > most:
            raise LimitExceeded(
                f"manifests and configurations of the index have more than {most} bytes; name one of its images by its"
                " digest, or raise HULLMARK_LIMIT_INDEX_BYTES"
            )
        data = what(descriptor)
        self.bytes_read += len(data)
        return data


def resolve(blobs: Blobs, roots: Sequence[Root], platform: str | None) -> list[Image | Skipped]:
    """Images of the wanted platform in the order of the indexes, then everything that is none.

    With None, roots of the same reference count as one image: its leaves on this machine's platform, else those on the
    platform that comes first. Raises NotFound, naming what there is, when a platform was asked for and nothing has it.
    """
    wanted = None if platform in (None, "all") else parse_platform(str(platform))
    groups: dict[str, list[Root]] = {}
    for root in roots:
        groups.setdefault(root.reference, []).append(root)
    walks = [_walk(blobs, group) for group in groups.values()]
    images: list[Image] = []
    others: list[Platform] = []
    for walk in walks:
        chosen = list(_read_all(walk, walk.leaves)) if platform == "all" else _choose(walk, wanted, others)
        images += chosen
    skipped = [item for walk in walks for item in walk.skipped]
    failed = any(item.status is Status.FAILED for item in skipped)
    if wanted is not None and not images and not failed and any(walk.leaves for walk in walks):
        there = ", ".join(sorted({str(item) or "unknown" for item in others})) or "none that is there"
        raise NotFound(f"{roots[0].reference} has no image for {wanted}; choose one that it has: {there}")
    return [*images, *skipped]


def _walk(blobs: Blobs, roots: Sequence[Root]) -> _Walk:
    walk = _Walk(blobs)
    for root in roots:
        verdict = next((verdict for tag in root.tags if (verdict := classify_tag(tag))), None)
        if verdict is not None:
            walk.skipped.append(_skipped(root, root.descriptor, verdict))
        else:
            _visit(walk, root, root.descriptor, "", 0)
    return walk


def _visit(walk: _Walk, root: Root, entry: Descriptor, parent: str, depth: int) -> None:
    """Note one descriptor as a leaf, or go into it when it is an index; entries with a platform are not read yet."""
    if entry.digest in walk.seen:
        return
    walk.seen.add(entry.digest)
    if len(walk.seen) > walk.blobs.limits.index_manifests + 1 or depth > walk.blobs.limits.index_depth:
        walk.skipped.append(
            _skipped(
                root,
                entry,
                _verdict(
                    LimitExceeded(
                        "the index is nested or spread out beyond all bounds; name one of its images by its digest"
                    )
                ),
            )
        )
        return
    verdict = classify_entry(entry) if depth else None
    if verdict is not None:
        walk.skipped.append(_skipped(root, entry, verdict))
    elif depth and _tells_platform(entry):
        walk.leaves.append(_Leaf(root, entry, None, parent))
    else:
        _enter(walk, root, entry, parent, depth)


def _enter(walk: _Walk, root: Root, entry: Descriptor, parent: str, depth: int) -> None:
    manifest = _read_manifest(walk, root, entry, parent)
    if isinstance(manifest, Index):
        for child in manifest.manifests:
            _visit(walk, root, child, entry.digest, depth + 1)
    elif manifest is not None:
        walk.leaves.append(_Leaf(root, entry, manifest, parent))


def _tells_platform(entry: Descriptor) -> bool:
    known = entry.platform is not None and entry.platform.os not in ("", "unknown")
    return known and "index" not in entry.media_type and "list" not in entry.media_type


def _read_manifest(walk: _Walk, root: Root, entry: Descriptor, parent: str = "") -> Manifest | Index | None:
    try:
        manifest = parse_manifest(walk.read(walk.blobs.read_manifest, entry), entry.media_type, walk.blobs.limits)
        verdict = classify(manifest)
    except InputError as error:
        verdict = _absent() if parent and isinstance(error, NotFound) else _verdict(error)
    if verdict is None:
        return manifest
    walk.skipped.append(_skipped(root, entry, verdict))
    return None


def _absent() -> Verdict:
    """For a child of an index that was not copied with it: indexes may be sparse, and often are in archives."""
    return Verdict(Status.SKIPPED, Reason.VANISHED, "the index names it, but it is not stored beside the index")


def _choose(walk: _Walk, wanted: Platform | None, others: list[Platform]) -> list[Image]:
    """Read only the leaves whose descriptor names the platform, and the rest where that gives no image."""
    aim = wanted or host_platform()
    likely = [leaf for leaf in walk.leaves if leaf.descriptor.platform and matches(aim, leaf.descriptor.platform)]
    images = [image for image in _read_all(walk, likely) if matches(aim, image.platform)]
    if images:
        return images
    rest = [leaf for leaf in walk.leaves if leaf not in likely and (wanted is None or leaf.manifest is not None)]
    found = list(_read_all(walk, rest))
    images = [image for image in found if matches(aim, image.platform)]
    if images or wanted is not None:
        others += [leaf.descriptor.platform for leaf in walk.leaves if leaf.descriptor.platform and leaf not in likely]
        others += [image.platform for image in found]
        return images
    return [image for image in found if image.platform == found[0].platform]


def _read_all(walk: _Walk, leaves: Sequence[_Leaf]) -> Iterator[Image]:
    for leaf in leaves:
        manifest = leaf.manifest or _read_manifest(walk, leaf.root, leaf.descriptor, leaf.index_digest)
        if isinstance(manifest, Index):  # a descriptor that lied about its type; its children carry their own platforms
            walk.skipped.append(
                _skipped(
                    leaf.root,
                    leaf.descriptor,
                    _verdict(InputError("an index lies where an image is due; push or export the image again")),
                )
            )
        elif manifest is not None:
            image = _image(walk, leaf, manifest)
            if image is not None:
                yield image


def _image(walk: _Walk, leaf: _Leaf, manifest: Manifest) -> Image | None:
    descriptor = leaf.descriptor
    try:
        config_descriptor = manifest.config
        if config_descriptor is None:
            raise InputError("the manifest names no configuration; push or export the image again")
        config = parse_config(walk.read(walk.blobs.read_config, config_descriptor))
        layers = layers_of(manifest.layers, config)
    except InputError as error:
        walk.skipped.append(_skipped(leaf.root, descriptor, _verdict(error)))
        return None
    stated = platform_of(config)
    return Image(
        reference=leaf.root.reference,
        registry=leaf.root.registry,
        repository=leaf.root.repository,
        tags=leaf.root.tags,
        digest=descriptor.digest,
        media_type=manifest.media_type,
        platform=stated if stated.os else descriptor.platform or stated,
        layers=layers,
        config=config,
        index_digest=leaf.index_digest,
        annotations=manifest.annotations,
    )


def _verdict(error: InputError) -> Verdict:
    reason = next((reason for kind, reason in _REASONS if isinstance(error, kind)), Reason.CORRUPT)
    return Verdict(Status.FAILED, reason, str(error))


def _skipped(root: Root, descriptor: Descriptor, verdict: Verdict) -> Skipped:
    return Skipped(
        reference=root.reference,
        digest=descriptor.digest,
        media_type=descriptor.media_type,
        status=verdict.status,
        reason=verdict.reason,
        detail=verdict.detail,
        subject=verdict.subject,
    )
