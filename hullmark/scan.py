"""Scan one image by itself: read its layers, load the feeds it needs, and match; no lake, no Prefect.

Modules are imported where they are needed: half of what a small image takes is starting up.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from hullmark.cache import cache_place
from hullmark.errors import NotAnImage
from hullmark.model import Image, Skipped, Status
from hullmark.scan_layers import reading
from hullmark.settings import Settings
from hullmark.sources import open_source
from hullmark.sources.platforms import parse_platform

if TYPE_CHECKING:
    import pyarrow as pa

    from hullmark.inventory import LayerObjects
    from hullmark.inventory.globs import Matcher
    from hullmark.profile import Profile
    from hullmark.scan_answer import Judge, Scanned
    from hullmark.scan_attested import Stated
    from hullmark.sources.base import Source


def scan(  # noqa: PLR0913  # what is scanned, and how
    reference: str,
    settings: Settings,
    platform: str | None = None,
    *,
    cache: bool = True,
    compare: bool = True,
    profile: "Profile | None" = None,
    vex: "Sequence[pa.Table]" = (),
) -> "Scanned":
    """Scan what `reference` names, for one platform or "all"; `settings.feeds` says where advisories come from.

    `cache` keeps layer inventories under the user's cache folder, so that a layer is read once. `profile` is told where the
    time goes; the cache is passed over then. Without `compare` there are packages and no findings, and no feed is loaded.
    `vex` are statements that are applied (schema VEX_STATEMENTS), before those of attestations that lie with the images.
    Raises UsageError, InputError (NotAnImage when there is no image in it), AccessError, TransportError and FeedError.
    """
    if platform not in (None, "all"):
        parse_platform(platform)  # before a registry is asked
    source = open_source(reference, settings)
    try:
        found = source.images(platform)
        images = [item for item in found if isinstance(item, Image)]
        skipped = [item for item in found if isinstance(item, Skipped)]
        if not images:
            raise NotAnImage(_no_image(reference, skipped))
        objects = _layer_cache() if cache and not profile else None
        with reading(source, images, settings, objects, _matcher(profile)) as layers:
            from hullmark.scan_answer import answer  # noqa: PLC0415  imported while layers are read

            stated = _beside(source, images, skipped, settings) if compare else None
            judge = _judge(settings, [*vex, *(stated.statements if stated else ())], profile) if compare else None
            read = layers()
    finally:
        source.close()
    scanned = answer(images, skipped, read, judge, profile)
    return stated.told_in(scanned) if stated else scanned


def _beside(source: "Source", images: Sequence[Image], skipped: Sequence[Skipped], settings: Settings) -> "Stated | None":
    """What attestations state of the images, read while their layers are; None where that is switched off."""
    if not settings.limits.vex_bytes:
        return None
    from hullmark.scan_attested import read_beside  # noqa: PLC0415  imported while layers are read

    return read_beside(source, images, skipped)


def _judge(settings: Settings, vex: "Sequence[pa.Table]", profile: "Profile | None") -> "Judge":
    """What compares with advisories; DuckDB is imported and started while layers are read."""
    from hullmark.scan_match import ready  # noqa: PLC0415  feeds are for those who compare

    return ready(settings, vex, profile)


def _no_image(reference: str, skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return f"{reference} holds no image; name an image archive, a layout or a registry reference"
    first = skipped[0]
    if first.status is Status.FAILED:
        return f"{reference} cannot be scanned: {first.detail}"
    return f"{reference} holds no image that can be scanned: {first.detail}; name another reference"


def _layer_cache() -> "LayerObjects | None":
    """Where layers are kept; without a folder every layer is read, and nothing is kept."""
    folder = cache_place("layers")
    if folder is None:
        return None
    from hullmark.inventory import LayerObjects  # noqa: PLC0415

    return LayerObjects(str(folder))


def _matcher(profile: "Profile | None") -> "Matcher | None":
    if profile is None:
        return None
    from hullmark.catalogers import catalogers  # noqa: PLC0415
    from hullmark.inventory.profiled import profiled_matcher  # noqa: PLC0415

    return profiled_matcher(catalogers(), profile)


def with_feeds(settings: Settings, feeds: str | None) -> Settings:
    """Settings with another place for the feeds, if one was named."""
    return replace(settings, feeds=feeds) if feeds else settings
