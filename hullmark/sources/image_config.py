"""The image configuration: JSON in, platform and layers out (OCI image-spec 1.1, config.md; Docker image spec v1.2)."""

from collections.abc import Mapping, Sequence

from hullmark.errors import CorruptData
from hullmark.model import Descriptor, Layer, Platform
from hullmark.sources.digest import is_digest
from hullmark.sources.manifest import parse_object, parse_platform_object

_CREATED_BY_LIMIT = 16_384  # characters kept of one build step


def parse_config(data: bytes) -> dict[str, object]:
    """The configuration as parsed JSON; raises CorruptData."""
    return parse_object(data, "the image configuration")


def platform_of(config: Mapping[str, object]) -> Platform:
    """The platform that the configuration states; Platform("", "") when it states none."""
    return parse_platform_object(dict(config)) or Platform("", "")


def diff_ids_of(config: Mapping[str, object]) -> tuple[str, ...]:
    """The diff IDs, bottom layer first, keys in any case as Docker has it; raises CorruptData when one is no digest."""
    rootfs = _value(config, "rootfs")
    ids = _value(rootfs, "diff_ids") if isinstance(rootfs, dict) else None
    if ids is None:
        return ()
    if not isinstance(ids, list) or not all(isinstance(item, str) and is_digest(item) for item in ids):
        raise CorruptData("the image configuration holds a layer checksum that is none; build the image again")
    return tuple(ids)


def layers_of(blobs: Sequence[Descriptor], config: Mapping[str, object]) -> tuple[Layer, ...]:
    """One Layer a blob, with the diff ID and build step that the configuration states for it.

    Raises CorruptData when the numbers of blobs and diff IDs differ. A history that does not add up is left out whole,
    since a build step shown beside the wrong layer is worse than none.
    """
    ids = diff_ids_of(config)
    if len(ids) != len(blobs):
        raise CorruptData(
            f"the manifest has {len(blobs)} layers but the configuration states {len(ids)}; build the image again"
        )
    steps = _steps(config, len(blobs))
    return tuple(
        Layer(index, blob.digest, diff_id, blob.size, blob.media_type, step)
        for index, (blob, diff_id, step) in enumerate(zip(blobs, ids, steps, strict=True))
    )


def _steps(config: Mapping[str, object], count: int) -> list[str]:
    history = _value(config, "history")
    entries = [item for item in history if isinstance(item, dict)] if isinstance(history, list) else []
    steps = [_step(item) for item in entries if item.get("empty_layer") is not True]
    return steps if len(steps) == count else [""] * count


def _step(entry: Mapping[str, object]) -> str:
    text = entry.get("created_by")
    return text[:_CREATED_BY_LIMIT] if isinstance(text, str) else ""


def _value(config: Mapping[str, object], name: str) -> object:
    if name in config:
        return config[name]
    return next((value for key, value in config.items() if key.lower() == name), None)
