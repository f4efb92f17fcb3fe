"""Scan one image by itself: read its layers, load the feeds it needs, and match; no lake, no Prefect."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial

import pyarrow as pa

from hullmark.advisories.snapshot import FeedStore
from hullmark.catalogers import catalogers
from hullmark.errors import InputError, NotAnImage
from hullmark.fleet.outcome import Outcome, outcome_of
from hullmark.inventory import Inventory, LayerInventory, LayerObjects, assemble, check_layers, read_layer
from hullmark.inventory.profiled import profiled_matcher
from hullmark.lake.schema import FINDINGS, PACKAGES
from hullmark.model import Image, Layer, Skipped, Status
from hullmark.profile import Profile
from hullmark.progress import progress
from hullmark.scan_feeds import advisories, cache_place
from hullmark.settings import Settings
from hullmark.sources import open_source
from hullmark.sources.base import Source
from hullmark.sources.platforms import parse_platform

ASSEMBLE, MATCH = "stack the layers", "match"

Rows = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class ScannedImage:
    """One image with what is installed and what is wrong with it (schema FINDINGS)."""

    image: Image
    inventory: Inventory
    outcome: Outcome
    findings: pa.Table


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a reference came to: images, and the feeds that were used (rows of FEED_SNAPSHOTS).

    `gaps` say what the reports lack, `notes` what is odd although they lack nothing.
    """

    images: tuple[ScannedImage, ...]
    gaps: tuple[str, ...]
    notes: tuple[str, ...]
    feeds: Rows


def scan(  # noqa: PLR0913  # what is scanned, and how
    reference: str,
    settings: Settings,
    platform: str | None = None,
    *,
    cache: bool = True,
    profile: Profile | None = None,
    vex: Sequence[pa.Table] = (),
) -> Scanned:
    """Scan what `reference` names, for one platform or "all"; `settings.feeds` says where advisories come from.

    `cache` keeps layer inventories under the user's cache folder, so that a layer is read once. `profile` is told where the
    time goes; the cache is passed over then. `vex` are statements that are applied (schema VEX_STATEMENTS). Raises
    UsageError, InputError (NotAnImage when there is no image in it), AccessError, TransportError and FeedError.
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
        inventories = _inventories(source, images, settings, cache and not profile, profile)
    finally:
        source.close()
    packages = [inventory.packages for inventory in inventories]
    with advisories(packages, settings) as feeds, profile.stage(MATCH) if profile else nullcontext():
        findings = _match(images, packages, feeds.store, settings, vex)
    scanned = tuple(
        ScannedImage(image, inventory, outcome_of(inventory), part)
        for image, inventory, part in zip(images, inventories, findings, strict=True)
    )
    return Scanned(scanned, (*_gaps(scanned, skipped), *feeds.gaps), feeds.notes, feeds.rows)


def _gaps(scanned: Sequence[ScannedImage], skipped: Sequence[Skipped]) -> Iterator[str]:
    for item in skipped:
        if item.status is Status.FAILED:
            yield f"{item.digest[:19]} was not scanned: {item.detail.rstrip('.')}"
    for image in scanned:
        if image.outcome.status is not Status.SCANNED:
            detail = image.outcome.detail.rstrip(".")
            yield f"{image.image.platform}: {detail}" if len(scanned) > 1 else detail


def _no_image(reference: str, skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return f"{reference} holds no image; name an image archive, a layout or a registry reference"
    first = skipped[0]
    if first.status is Status.FAILED:
        return f"{reference} cannot be scanned: {first.detail}"
    return f"{reference} holds no image that can be scanned: {first.detail}; name another reference"


def _inventories(
    source: Source, images: Sequence[Image], settings: Settings, cache: bool, profile: Profile | None
) -> list[Inventory]:
    """Every distinct layer once, several at a time; raises what reading raises."""
    wanted: dict[str, tuple[Image, Layer]] = {}
    for image in images:
        for layer in image.layers:
            wanted.setdefault(layer.digest, (image, layer))
    objects = _layer_cache() if cache else None
    listener = progress()  # of this thread; others have none
    listener.begin("Read layers", len(wanted))
    pool = ThreadPoolExecutor(settings.threads)
    read = partial(read_layer, limits=settings.limits)
    if profile:
        read = partial(read, wanting=profiled_matcher(catalogers(), profile))
    try:
        work = [pool.submit(_read, source, image, layer, read, objects) for image, layer in wanted.values()]
        for future in work:
            future.add_done_callback(lambda _: listener.advance())
        layers = {digest: future.result() for digest, future in zip(wanted, work, strict=True)}
    finally:  # after a failure nobody waits for the layers that are still being read
        pool.shutdown(wait=False, cancel_futures=True)
    inventories = []
    for image in images:
        stack = [layers[layer.digest] for layer in image.layers]
        check_layers(image, stack)
        with profile.stage(ASSEMBLE) if profile else nullcontext():
            inventories.append(assemble(image, stack))
    return inventories


def _layer_cache() -> LayerObjects | None:
    folder = cache_place("layers")
    return LayerObjects(str(folder)) if folder else None  # without one every layer is read, and nothing is kept


def _read(
    source: Source, image: Image, layer: Layer, read: Callable[..., LayerInventory], objects: LayerObjects | None
) -> LayerInventory:
    if objects is not None and not objects.missing([layer.digest]):
        inventory = objects.get(layer.digest)
    else:
        reopen = partial(source.open_layer, image, layer)
        try:
            with reopen() as stream:
                inventory = read(stream, layer, reopen=reopen)
        except InputError as error:
            raise type(error)(_of_layer(image, layer, str(error))) from None
        if objects is not None:
            objects.put(inventory)
    return inventory


def _of_layer(image: Image, layer: Layer, sentence: str) -> str:
    """The sentence about a layer with its place in the image instead of its digest alone."""
    short = f"layer {layer.digest[:19]}"
    rest = sentence.removeprefix(short) if sentence.startswith(short) else f": {sentence}"
    return f"layer {layer.index} of {image.reference} ({layer.digest[:19]}){rest}"


def _match(
    images: Sequence[Image], packages: Sequence[pa.Table], store: FeedStore, settings: Settings, vex: Sequence[pa.Table]
) -> list[pa.Table]:
    progress().begin("Match", None)
    if not store.current():  # what was not compared has no findings
        return [FINDINGS.empty_table() for _ in packages]
    from hullmark.lake.reading import open_duckdb  # noqa: PLC0415  DuckDB comes once the memory of reading is free
    from hullmark.matching.match import match  # noqa: PLC0415
    from hullmark.vex.scanned import with_vex  # noqa: PLC0415

    connection = open_duckdb(settings.memory_mb)
    store.register(connection)
    everything = pa.concat_tables([PACKAGES.empty_table(), *packages])
    connection.register("package", everything)
    match(connection)
    found = with_vex(connection, images, vex)
    digests = found.column("image_digest")
    return [found.filter(pa.compute.equal(digests, _digest(table))) for table in packages]


def _digest(packages: pa.Table) -> str:
    return str(packages.column("image_digest")[0].as_py()) if packages.num_rows else ""


def with_feeds(settings: Settings, feeds: str | None) -> Settings:
    """Settings with another place for the feeds, if one was named."""
    return replace(settings, feeds=feeds) if feeds else settings
